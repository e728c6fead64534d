import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/** The process that listens on a TCP port of this computer, as far as this user may see it; null where it may not. */
export async function portHolder(port: number): Promise<PortHolder | null> {
  try {
    if (process.platform === 'linux') return await onLinux(port)
    if (process.platform === 'darwin') return await onMac(port)
    return await onWindows(port)
  } catch {
    return null
  }
}

async function onLinux(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')))
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes = new Set<string>()
  for (const line of tables.join('\n').split('\n')) {
    const columns = line.trim().split(/\s+/)
    // 0A is LISTEN; column 9 is the inode of the socket.
    if (columns[1]?.endsWith(wanted) && columns[3] === '0A' && columns[9]) inodes.add(`socket:[${columns[9]}]`)
  }
  if (inodes.size === 0) return null
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      if (inodes.has(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''))) {
        // Not its `comm`: Node calls its main thread "MainThread".
        return { pid: Number(pid), name: basename(await readlink(`/proc/${pid}/exe`)) }
      }
    }
  }
  return null
}

const run = (command: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => execFile(command, args, { timeout: 3000 }, (error, stdout) => (error ? reject(error) : resolve(stdout))))

async function onMac(port: number): Promise<PortHolder | null> {
  const out = await run('/usr/sbin/lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'])
  const pid = /^p(\d+)$/m.exec(out)?.[1]
  return pid ? { pid: Number(pid), name: /^c(.+)$/m.exec(out)?.[1] ?? 'unknown' } : null
}

async function onWindows(port: number): Promise<PortHolder | null> {
  const line = (await run('netstat', ['-ano', '-p', 'TCP']))
    .split('\n')
    .find((row) => new RegExp(`:${port}\\s+\\S+\\s+LISTENING`).test(row))
  const pid = line?.trim().split(/\s+/).at(-1)
  if (!pid) return null
  const name = /^"([^"]+)"/.exec(await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']))?.[1]
  return { pid: Number(pid), name: name ?? 'unknown' }
}

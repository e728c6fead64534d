import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Other processes of this user that have the file open, where the system tells (Linux): a hint for people. */
export function fileHolders(path: string): { readonly pid: number; readonly name: string }[] {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder)
    } catch {
      return []
    }
  }
  const holds = (pid: string) =>
    list(`/proc/${pid}/fd`).some((descriptor) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === path
      } catch {
        return false
      }
    })
  return list('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && holds(pid))
    .map((pid) => {
      try {
        return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() }
      } catch {
        return { pid: Number(pid), name: 'unknown' }
      }
    })
}

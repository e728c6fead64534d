import { isInstanceRunning } from '@local-mcp/database'
import { createStdioBridge } from '@local-mcp/gateway'
import { readControlFile } from './control/control-file.ts'

let drained: Promise<void> | undefined

/** Takes the bytes; a promise where the client does not read as fast as it is written to. */
function write(bytes: Buffer): Promise<void> | undefined {
  if (process.stdout.write(bytes)) return undefined
  drained ??= new Promise((resolve) => {
    process.stdout.once('drain', () => {
      drained = undefined
      resolve()
    })
  })
  return drained
}

/** Resolves when the client is gone: its end of the pipe is closed, or it asks to end. */
function clientGone(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('end', resolve).once('error', () => resolve())
    process.stdout.once('error', () => resolve())
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
    if (process.channel) process.once('disconnect', () => resolve())
  })
}

/**
 * Connects whoever started this process, over stdin and stdout, to the gateway that runs; until either is gone.
 * @param start the command line that starts the gateway, for whoever has to be told that it does not run
 * @returns whether the gateway was there
 */
export async function runStdioBridge(databasePath: string, profile: string, start: readonly string[]): Promise<boolean> {
  const command = start.map((word) => (/[^\w./:=-]/.test(word) ? `"${word}"` : word)).join(' ')
  const bridge = createStdioBridge({
    locate() {
      const running = readControlFile(databasePath)
      return running && { url: `${running.url}mcp/${encodeURIComponent(profile)}`, key: running.key }
    },
    isStarting: () => isInstanceRunning(databasePath),
    write,
    absent: {
      message: `Local MCP Gateway is not running. Start it with: ${command}`,
      data: { code: 'NOT_READY', next: 'Start the gateway, then connect this client again.' },
    },
  })
  const gone = clientGone()
  process.stdin.on('data', (chunk: Buffer) => bridge.receive(chunk))
  const gaveUp = await Promise.race([gone.then(() => false), bridge.gaveUp.then(() => true)])
  await bridge.close()
  return !gaveUp
}

import { createStdioBridge, isInstanceRunning, readControlFile } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { cliCommand } from '../package.ts'
import type { CommandContext } from './program.ts'

const START = [...cliCommand, 'serve'].map((word) => (/[^\w./:=-]/.test(word) ? `"${word}"` : word)).join(' ')
const ABSENT = {
  message: `Local MCP Gateway is not running. Start it with: ${START}`,
  data: { code: 'NOT_READY', next: 'Start the gateway, then connect this client again.' },
}

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

export function addStdioCommand(program: Command, context: CommandContext, done: (code: number) => void): void {
  program
    .command('stdio')
    .description('Connect a client that only starts commands: MCP over stdin and stdout, to the gateway that is running')
    .option('--profile <slug>', 'profile to serve; the default profile if absent', 'gateway')
    .action(async ({ profile }: { profile: string }) => {
      const { databasePath } = context.environment()
      const bridge = createStdioBridge({
        locate() {
          const running = readControlFile(databasePath)
          return running && { url: `${running.url}mcp/${encodeURIComponent(profile)}`, key: running.key }
        },
        isStarting: () => isInstanceRunning(databasePath),
        write,
        absent: ABSENT,
      })
      const gone = clientGone()
      process.stdin.on('data', (chunk: Buffer) => bridge.receive(chunk))
      const gaveUp = await Promise.race([gone.then(() => false), bridge.gaveUp.then(() => true)])
      await bridge.close()
      if (gaveUp) done(EXIT.failure)
    })
}

import { runStdioBridge } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { cliCommand } from '../package.ts'
import type { CommandContext } from './program.ts'

export function addStdioCommand(program: Command, context: CommandContext, done: (code: number) => void): void {
  program
    .command('stdio')
    .description('Connect a client that only starts commands: MCP over stdin and stdout, to the gateway that is running')
    .option('--profile <slug>', 'profile to serve; the default profile if absent', 'gateway')
    .action(async ({ profile }: { profile: string }) => {
      if (!(await runStdioBridge(context.environment().databasePath, profile, [...cliCommand, 'serve']))) done(EXIT.failure)
    })
}

import type { FoundClient } from '@local-mcp/contract'
import { visibleText } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const PROBLEMS = {
  no_access: 'its file may not be read',
  not_a_file: 'what should be its file is none',
  too_big: 'its file is too big',
  no_answer: 'its file does not answer',
  syntax: 'its file cannot be understood',
} as const
const TOKENS = { ended: 'token ended', unknown: 'token not known', absent: 'no token' } as const

function stateOf({ installed, problem, entries }: FoundClient): string {
  if (problem) return PROBLEMS[problem]
  const [entry] = entries.toSorted((a, b) => Number(b.here) - Number(a.here))
  if (!entry) return installed ? 'not connected' : 'not found'
  if (!entry.here) return 'entry for another port or database'
  const { state } = entry.token
  return state in TOKENS ? TOKENS[state as keyof typeof TOKENS] : entry.disabled ? 'switched off there' : 'has an entry'
}

export function addClientCommands(program: Command, context: CommandContext): void {
  program
    .command('client')
    .description('The programs that use your servers')
    .command('ls')
    .description('Say which clients are on this computer, and which of them have an entry for this gateway; runs and changes nothing')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const found = await withOperations(context.environment(), (operations) => operations.clients.detect())
      const rows = found.map((one) => [
        one.client,
        stateOf(one),
        one.entries.map(({ profileSlug }) => visibleText(profileSlug ?? '')).join(', '),
        String(one.others.length),
        visibleText(one.file),
      ])
      print(flags.json ?? false, found, table(['CLIENT', 'STATE', 'PROFILE', 'OTHER SERVERS', 'FILE'], rows))
    })
}

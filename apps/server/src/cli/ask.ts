import { createInterface } from 'node:readline/promises'
import { AppError } from '@local-mcp/kernel'
import { plain } from '@local-mcp/runtime'

/** Shows what is to be agreed to and asks. @throws AppError APPROVAL_REQUIRED where nobody can be asked */
export async function agrees(text: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new AppError('APPROVAL_REQUIRED', 'There is nobody to ask', {
      next: `Read it, then repeat the command with --yes.\n${text}`,
    })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(`${plain(text)}\n\nAllow this? [y/N] `)
  ask.close()
  return /^y(es)?$/i.test(answer.trim())
}

import { expect, test } from 'vitest'
import { ERRORS } from './errors.ts'
import { PROBLEMS } from './problems.ts'
import { VAULT_PROBLEMS } from './vault-problems.ts'

const row = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`

/** The page is written by the test (`npx vitest -u`), so it cannot be out of date. */
test('docs/reference/errors.md is the table', async () => {
  const errors = Object.entries(ERRORS).map(([code, { status, rpc, title, next }]) => row([`\`${code}\``, status, rpc ?? '–', title, next]))
  const causes = (table: Record<string, { title: string; next: string }>) =>
    Object.entries(table).map(([code, { title, next }]) => row([`\`${code}\``, title, next]))
  const page = [
    '# Error codes',
    '',
    'Generated from `packages/contract/src/errors.ts`, `problems.ts` and `vault-problems.ts`; the built-in tool `explain_error` says the same.',
    '',
    '## Errors',
    '',
    row(['Code', 'HTTP', 'JSON-RPC', 'Meaning', 'What to do']),
    row(['---', '---', '---', '---', '---']),
    ...errors,
    '',
    '## Why a server is not connected',
    '',
    row(['Code', 'Meaning', 'What to do']),
    row(['---', '---', '---']),
    ...causes(PROBLEMS),
    '',
    '## Why stored secrets cannot be opened',
    '',
    row(['Code', 'Meaning', 'What to do']),
    row(['---', '---', '---']),
    ...causes(VAULT_PROBLEMS),
    '',
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../../docs/reference/errors.md')
})

const STANDARD = [-32_700, -32_600, -32_601, -32_602, -32_603]

test('every error says what it is and what to do, in a sentence', () => {
  for (const [code, { title, next, status, rpc }] of Object.entries(ERRORS)) {
    expect(code).toMatch(/^[A-Z_]+$/)
    expect(title).not.toMatch(/\.$/)
    expect(next, code).toMatch(/\.$|"$/)
    expect(status).toBeGreaterThanOrEqual(400)
    if (rpc !== null && !STANDARD.includes(rpc)) expect(rpc <= -32_080 && rpc >= -32_089, code).toBe(true)
  }
})

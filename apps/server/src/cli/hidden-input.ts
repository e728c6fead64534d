import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '@local-mcp/kernel'

/** As much as an answer may hold, in characters; a value is refused long before. */
const MAX_INPUT = 1_000_000

/**
 * A value that must stand in no argument, history or process list: asked for without showing it, or, where nobody can
 * be asked, read from stdin as it is but for the line end at its end.
 *
 * @throws AppError VALIDATION_ERROR where nothing came
 */
export async function hiddenInput(question: string): Promise<string> {
  const text = process.stdin.isTTY ? await ask(question) : await readAll()
  if (text === '') throw new AppError('VALIDATION_ERROR', 'Nothing was entered', { next: 'Type the value, or pipe it in.' })
  return text
}

async function readAll(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_INPUT) throw new AppError('PAYLOAD_TOO_LARGE', 'That is too long for a secret')
  }
  return text.replace(/\r?\n$/, '')
}

function ask(question: string): Promise<string> {
  process.stderr.write(`${question}: `)
  // The line editor writes what is typed; here it writes into nothing.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => reject(new AppError('VALIDATION_ERROR', 'Given up', { next: 'Nothing was changed.' })))
    lines.question('', resolve)
  }).finally(() => {
    lines.close()
    process.stderr.write('\n')
  }) as Promise<string>
}

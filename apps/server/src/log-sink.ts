import { type LogLine, redact } from '@local-mcp/kernel'
import { plain } from './cli/output.ts'

/** Writes lines to stderr, which leaves stdout to what a command answers. */
export function logToStderr(json: boolean): (line: LogLine) => void {
  return ({ at, level, message, fields }) => {
    const time = new Date(at).toISOString()
    const text = json ? JSON.stringify({ time, level, message, ...fields }) : `${time} ${level.padEnd(5)} ${message}${inline(fields)}`
    process.stderr.write(`${plain(redact(text))}\n`)
  }
}

function inline(fields: LogLine['fields']): string {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  // JSON keeps a line one line, whatever a server put into its name.
  return entries.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join('')
}

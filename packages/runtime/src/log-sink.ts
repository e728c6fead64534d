import { type LogLine, redact } from '@local-mcp/kernel'

/** Characters that steer a terminal or turn the direction of text; names and output of servers may hold them. */
const STEERING = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** The text with such characters written out. */
export function plain(text: string): string {
  return text.replace(STEERING, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

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

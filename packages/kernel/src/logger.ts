export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured facts of one line. Values must not hold secrets; the sink redacts as a second net. */
export type LogFields = Readonly<Record<string, unknown>>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export interface LogLine {
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** A logger that hands every line at or above `level` to `sink`. */
export function createLogger(level: LogLevel, now: () => number, sink: (line: LogLine) => void): Logger {
  const floor = ORDER.indexOf(level)
  const log =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (ORDER.indexOf(own) >= floor) sink({ at: now(), level: own, message, fields })
    }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import type { ExternalConfig } from '@local-mcp/contract'
import spawn from 'cross-spawn'
import { isFrame, toOneLine } from '../wire/frame.ts'
import { readServerMessage, recogniseAnswer } from '../wire/large-answer.ts'
import { createLineSplitter } from '../wire/line-splitter.ts'
import { serverEnvironment } from './environment.ts'
import { UpstreamError } from './problems.ts'
import { referredValues, resolveReferences } from './references.ts'
import type { Keeper } from './supervision/keeper.ts'
import { MARK } from './supervision/process-table.ts'
import { endGroup, endTreeOnWindows, type Grace, graceOf, within } from './supervision/stop-ladder.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** Longest message of a server, in bytes. */
const MAX_LINE = 64 * 1024 * 1024
const LAST_LINES = 40
const LINE_KEPT = 2000
const PIPES_AFTER_EXIT = 500
/** How much may wait for a program that does not read, in bytes. */
const MAX_QUEUED = 32 * 1024 * 1024

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const MESSAGE_START = Buffer.from('{"jsonrpc"')

export interface StdioOptions {
  readonly config: ExternalConfig
  readonly env: Readonly<Record<string, string | undefined>>
  readonly defaultCwd: string
  readonly keeper: Keeper
  /** A line that is no message: on stderr, or on stdout where it does not belong. */
  readonly onOutput: (source: 'stderr' | 'stdout', line: string) => void
}

/** A value that came out of the gateway's environment is hidden from what the server prints, unless it is as short as a word. */
const SECRET_FROM = 8

/**
 * A server that is a child process. It is started without a shell, in a process group of its own, so that what it
 * starts in turn (npx starts sh starts node) ends with it.
 */
export function createStdioTransport({ config, env, defaultCwd, keeper, onOutput }: StdioOptions): Transport {
  const windows = process.platform === 'win32'
  let child: ChildProcess | null = null
  let exited: Promise<void> = Promise.resolve()
  let mark = ''
  let closing = false
  let ending: Promise<void> | null = null
  let events: TransportEvents | null = null
  let secrets: readonly string[] = []
  const said: string[] = []
  const keep = (source: 'stderr' | 'stdout', text: string) => {
    const line = secrets.reduce((clean, secret) => clean.replaceAll(secret, '•••'), text.slice(0, LINE_KEPT))
    said.push(source === 'stdout' ? `(stdout) ${line}` : line)
    if (said.length > LAST_LINES) said.shift()
    onOutput(source, line)
  }

  /** Ends whatever is left of the server, once. */
  function end(grace: Grace): Promise<void> {
    const { pid } = child ?? {}
    if (pid === undefined) return Promise.resolve()
    ending ??= (async () => {
      if (!windows) await endGroup(pid, grace.afterTerm)
      else if (child?.exitCode === null) await endTreeOnWindows(pid)
      await keeper.release(pid, mark)
    })()
    return ending
  }

  /** Who left the group and cannot be ended may hold the other ends for ever. */
  function letGoOfPipes(): void {
    child?.stdout?.destroy()
    child?.stderr?.destroy()
  }

  function startError(error: NodeJS.ErrnoException): UpstreamError {
    if (error.code === 'ENOENT') {
      if (config.cwd && !isDirectory(config.cwd)) return new UpstreamError('WORKING_DIRECTORY_MISSING', [], config.cwd)
      return new UpstreamError('COMMAND_NOT_FOUND', [`PATH=${env.PATH ?? ''}`], config.command)
    }
    return new UpstreamError('COMMAND_NOT_EXECUTABLE', [error.message], config.command)
  }

  function receive(into: TransportEvents, raw: Buffer, first: boolean): void {
    const line = first && raw.subarray(0, 3).equals(BOM) ? raw.subarray(3) : raw
    let frame = readServerMessage(line)
    if (!isFrame(frame)) {
      // A banner without a line end glues itself to the first message.
      const at = line.lastIndexOf(MESSAGE_START)
      if (at > 0) frame = readServerMessage(line.subarray(at))
    }
    if (isFrame(frame)) {
      into.message(frame, null)
      return
    }
    const text = line.toString('utf8', 0, LINE_KEPT)
    if (text.trim() === '') return
    keep('stdout', text)
  }

  return {
    get pid() {
      return child?.pid ?? null
    },

    start(into) {
      events = into
      const configured = resolveReferences(config.env, env)
      secrets = referredValues(config.env, env).filter(({ length }) => length >= SECRET_FROM)
      mark = keeper.announce()
      return new Promise((resolve, reject) => {
        const started = spawn(config.command, [...config.args], {
          cwd: config.cwd ?? defaultCwd,
          env: { ...serverEnvironment(env, configured, process.platform), [MARK]: mark },
          stdio: ['pipe', 'pipe', 'pipe'],
          detached: !windows,
          windowsHide: true,
        })
        child = started
        if (started.pid !== undefined) keeper.watch(started.pid, mark)
        let failure: UpstreamError | null = null
        exited = new Promise((done) => started.once('exit', () => done()))
        started.once('spawn', () => {
          running = true
          resolve()
        })
        let running = false
        started.on('error', (error) => {
          failure ??= startError(error as NodeJS.ErrnoException)
          // A failed spawn keeps its pipes until 'close'.
          started.stdin?.destroy()
          started.stdout?.destroy()
          started.stderr?.destroy()
          // On Windows a command that does not exist shows only after the shell that looked for it has started.
          if (running) into.closed(failure)
          else reject(failure)
        })
        // A server that ends while we write to it: 'close' tells the rest.
        started.stdin?.on('error', () => {})
        let first = true
        /** Whose answer the long line is that arrives, where its beginning says it. */
        let longAnswer: number | null = null
        started.stdout?.on(
          'data',
          createLineSplitter(
            MAX_LINE,
            (line) => {
              receive(into, line, first)
              first = false
            },
            (bytes) => {
              keep('stdout', `a line of more than ${bytes} bytes was dropped`)
              if (longAnswer !== null)
                into.failed(longAnswer, new UpstreamError('ANSWER_TOO_LARGE', [], `more than ${MAX_LINE / 2 ** 20} MB`))
            },
            false,
            (begin) => {
              const answer = recogniseAnswer(begin)
              longAnswer = answer?.id ?? null
              const { stdout } = started
              return answer && into.large(answer, null, { pause: () => stdout?.pause(), resume: () => stdout?.resume() })
            },
          ),
        )
        const onStderr = createLineSplitter(
          64 * 1024,
          (line) => keep('stderr', line.toString('utf8', 0, LINE_KEPT * 2).trimEnd()),
          () => {},
        )
        started.stderr?.on('data', onStderr)
        let told = false
        const tellClosed = (code: number | null, signal: NodeJS.Signals | null) => {
          if (told || failure) return
          told = true
          onStderr(Buffer.from('\n'))
          const how = signal ? `ended by ${signal}` : `exit code ${code}`
          into.closed(new UpstreamError('EXITED', [how, ...said], how))
        }
        started.once('exit', (code, signal) => {
          // Whoever ends it waits for this; who ended by itself may have left others.
          if (!closing) void end(graceOf())
          // 'close' waits for everyone who holds the pipes, which may be a grandchild that goes on.
          setTimeout(() => {
            tellClosed(code, signal)
            letGoOfPipes()
          }, PIPES_AFTER_EXIT).unref()
        })
        started.once('close', tellClosed)
      })
    },

    send(bytes: Buffer, { requestId }: SendOptions) {
      const stdin = child?.stdin
      if (!stdin?.writable) return
      if (stdin.writableLength > MAX_QUEUED) {
        if (requestId !== null) events?.failed(requestId, new UpstreamError('CONNECTION_LOST', ['The program does not read its input']))
        return
      }
      stdin.cork()
      stdin.write(toOneLine(bytes))
      stdin.write('\n')
      process.nextTick(() => stdin.uncork())
    },

    ready() {},
    abandon() {},
    evidence: () => [...said],

    async close(how) {
      if (child?.pid === undefined) return
      closing = true
      const grace = graceOf(how)
      child.stdin?.end()
      await within(exited, grace.afterInput)
      await end(grace)
      letGoOfPipes()
    },
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import type { ExternalConfig } from '@local-mcp/contract'
import spawn from 'cross-spawn'
import { isFrame, toOneLine } from '../wire/frame.ts'
import { readServerMessage, recogniseAnswer } from '../wire/large-answer.ts'
import { createLineSplitter } from '../wire/line-splitter.ts'
import { serverEnvironment } from './environment.ts'
import type { Guardian } from './guardian.ts'
import { UpstreamError } from './problems.ts'
import { type ReferenceSources, resolveReferences } from './references.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** Longest message of a server, in bytes. */
const MAX_LINE = 64 * 1024 * 1024
const STDERR_LINES = 40
const LINE_KEPT = 2000
/** How long a server may take to end by itself, and after SIGTERM, in milliseconds. */
const GRACE_AFTER_STDIN_CLOSE = 1000
const GRACE_AFTER_TERM = 3000
const PIPES_AFTER_EXIT = 500
/** How much may wait for a program that does not read, in bytes. */
const MAX_QUEUED = 32 * 1024 * 1024

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const MESSAGE_START = Buffer.from('{"jsonrpc"')

export interface StdioOptions {
  readonly config: ExternalConfig
  /** Its variables are those from which the server gets its minimal environment, too. */
  readonly sources: ReferenceSources
  readonly defaultCwd: string
  readonly guardian: Guardian
  readonly onNoise: (line: string) => void
}

/**
 * A server that is a child process. It is started without a shell, in a process group of its own, so that what it
 * starts in turn (npx starts sh starts node) ends with it.
 */
export function createStdioTransport({ config, sources, defaultCwd, guardian, onNoise }: StdioOptions): Transport {
  const { env } = sources
  const windows = process.platform === 'win32'
  let child: ChildProcess | null = null
  let exited: Promise<void> = Promise.resolve()
  let closing = false
  let events: TransportEvents | null = null
  const stderr: string[] = []
  const keep = (line: string) => {
    stderr.push(line.slice(0, LINE_KEPT))
    if (stderr.length > STDERR_LINES) stderr.shift()
  }

  function signalGroup(signal: NodeJS.Signals | 0): boolean {
    const pid = child?.pid
    if (pid === undefined) return false
    try {
      return windows ? (child as ChildProcess).kill(signal) : process.kill(-pid, signal)
    } catch {
      return false
    }
  }

  /** Ends whatever is left of the server's group: SIGTERM, then SIGKILL. */
  async function endGroup(): Promise<void> {
    const pid = child?.pid
    if (pid === undefined) return
    // Windows knows no groups, but it can end a tree as long as its root lives.
    if (windows && child?.exitCode === null)
      spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => {})
    else if (signalGroup(0)) {
      signalGroup('SIGTERM')
      await untilGone(() => !signalGroup(0), GRACE_AFTER_TERM)
      if (signalGroup(0)) signalGroup('SIGKILL')
    }
    guardian.release(pid)
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
    keep(`(stdout) ${text}`)
    onNoise(text)
  }

  return {
    get pid() {
      return child?.pid ?? null
    },

    async start(into) {
      events = into
      const configured = await resolveReferences(config.env, sources)
      // Removed while its secrets were waited for: nothing is started any more.
      if (closing) throw new UpstreamError('CONNECTION_LOST', ['The server was stopped while it started'])
      return new Promise((resolve, reject) => {
        const started = spawn(config.command, [...config.args], {
          cwd: config.cwd ?? defaultCwd,
          env: serverEnvironment(env, configured, process.platform),
          stdio: ['pipe', 'pipe', 'pipe'],
          detached: !windows,
          windowsHide: true,
        })
        child = started
        let failure: UpstreamError | null = null
        exited = new Promise((done) => started.once('close', () => done()))
        started.once('spawn', () => {
          running = true
          if (started.pid !== undefined) guardian.watch(started.pid)
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
              keep(`(stdout) a line of more than ${bytes} bytes was dropped`)
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
          (line) => keep(line.toString('utf8').trimEnd()),
          () => {},
        )
        started.stderr?.on('data', onStderr)
        let told = false
        const tellClosed = (code: number | null, signal: NodeJS.Signals | null) => {
          if (told || failure) return
          told = true
          onStderr(Buffer.from('\n'))
          const how = signal ? `ended by ${signal}` : `exit code ${code}`
          into.closed(new UpstreamError('EXITED', [how, ...stderr], how))
        }
        started.once('exit', (code, signal) => {
          if (!closing) void endGroup()
          // 'close' waits for everyone who holds the pipes, which may be a grandchild that goes on.
          setTimeout(tellClosed, PIPES_AFTER_EXIT, code, signal).unref()
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
    evidence: () => [...stderr],

    async close() {
      closing = true
      if (!child) return
      child.stdin?.end()
      await within(exited, GRACE_AFTER_STDIN_CLOSE)
      await endGroup()
      await within(exited, GRACE_AFTER_TERM)
    },
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Waits for the promise, but no longer than `ms`. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    promise,
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    }),
  ])
  clearTimeout(timer)
}

/** Looks every 20 ms, because the kernel does not tell when the last process of a group is gone. */
async function untilGone(gone: () => boolean, ms: number): Promise<void> {
  for (let waited = 0; waited < ms && !gone(); waited += 20) await new Promise((resolve) => setTimeout(resolve, 20))
}

import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import type { ExternalConfig } from '@local-mcp/contract'
import type { ProgramIdentity } from '@local-mcp/core'
import { isFrame, toOneLine } from '../wire/frame.ts'
import { readServerMessage, recogniseAnswer } from '../wire/large-answer.ts'
import { createLineSplitter } from '../wire/line-splitter.ts'
import { createConcealer } from './diagnose/conceal.ts'
import { explainExit } from './diagnose/explain-exit.ts'
import { STDOUT, UNENDED } from './diagnose/explain-silence.ts'
import { explainLocation, explainSpawn } from './diagnose/explain-start.ts'
import { serverEnvironment } from './environment.ts'
import { UpstreamError } from './problems.ts'
import type { ProgramFinder } from './programs/program-finder.ts'
import { assertAgreed } from './programs/program-identity.ts'
import { startCommand } from './programs/start-command.ts'
import { type Referable, resolveReferences } from './references.ts'
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

export interface StdioOptions extends Referable {
  readonly config: ExternalConfig
  readonly defaultCwd: string
  readonly keeper: Keeper
  readonly programs: ProgramFinder
  /** The program that was agreed to; null where none was known then. */
  readonly agreed: ProgramIdentity | null
  /** A line that is no message: on stderr, or on stdout where it does not belong. */
  readonly onOutput: (source: 'stderr' | 'stdout', line: string) => void
}

/**
 * A server that is a child process. It is started without a shell, in a process group of its own, so that what it
 * starts in turn (npx starts sh starts node) ends with it.
 */
export function createStdioTransport({
  config,
  env,
  source,
  secret,
  defaultCwd,
  keeper,
  programs,
  agreed,
  onOutput,
}: StdioOptions): Transport {
  const windows = process.platform === 'win32'
  let child: ChildProcess | null = null
  let exited: Promise<void> = Promise.resolve()
  let mark = ''
  let closing = false
  let ending: Promise<void> | null = null
  let events: TransportEvents | null = null
  let program: string | null = null
  /** The end of stdout that is no whole line yet. */
  let unended = ''
  let greeted = false
  /** Where the program was searched. */
  let facts: readonly string[] = []
  let conceal = (text: string) => text
  const lines: string[] = []
  const keep = (source: 'stderr' | 'stdout', text: string) => {
    const line = conceal(text).slice(0, LINE_KEPT)
    lines.push(source === 'stdout' ? `${STDOUT}${line}` : line)
    if (lines.length > LAST_LINES) lines.shift()
    onOutput(source, line)
  }

  /** What it wrote last that was no message. */
  const said = () => [...lines, ...(greeted || unended.trim() === '' ? [] : [conceal(`${UNENDED}${unended}`)])]

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

  /** @returns absolute path of the program. @throws UpstreamError */
  async function locate(ownPath: string | undefined): Promise<{ file: string; path: string }> {
    const cwd = config.cwd ?? defaultCwd
    if (!isDirectory(cwd)) throw new UpstreamError('WORKING_DIRECTORY_MISSING', [], cwd)
    const { located, path, notes } = await programs.find(config.command, cwd, ownPath)
    facts = [...(located.file ? [`program: ${located.file}`] : []), `PATH=${path}`, ...notes]
    if (located.kind !== 'found') throw explainLocation(config.command, located, facts)
    await assertAgreed(agreed, located.file)
    program = located.file
    return { file: located.file, path }
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

    get program() {
      return program
    },

    conceal: (text) => conceal(text),

    async start(into) {
      events = into
      const configured = await resolveReferences(config.env, { env, source, secret })
      conceal = createConcealer(config.env, configured)
      const { file, path } = await locate(configured.PATH)
      // It may have been stopped meanwhile: nothing would end what starts now.
      if (closing) throw new UpstreamError('CONNECTION_LOST', ['The server was stopped while it started'])
      const command = startCommand(file, config, env)
      mark = keeper.announce()
      await new Promise<void>((resolve, reject) => {
        const started = spawn(command.file, [...command.args], {
          cwd: config.cwd ?? defaultCwd,
          env: { ...serverEnvironment(env, { PATH: path, ...configured }, process.platform), [MARK]: mark },
          windowsVerbatimArguments: command.verbatim,
          argv0: config.command,
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
          failure ??= explainSpawn(error as NodeJS.ErrnoException, file, facts)
          // A failed spawn keeps its pipes until 'close'.
          started.stdin?.destroy()
          started.stdout?.destroy()
          started.stderr?.destroy()
          if (running) into.closed(failure)
          else reject(failure)
        })
        // A server that ends while we write to it: 'close' tells the rest.
        started.stdin?.on('error', () => {})
        let first = true
        /** Whose answer the long line is that arrives, where its beginning says it. */
        let longAnswer: number | null = null
        const onStdout = createLineSplitter(
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
        )
        started.stdout?.on('data', (chunk: Buffer) => {
          if (!greeted) {
            const from = chunk.lastIndexOf('\n') + 1
            unended = ((from === 0 ? unended : '') + chunk.toString('utf8', from, from + LINE_KEPT)).slice(0, LINE_KEPT)
          }
          onStdout(chunk)
        })
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
          into.closed(explainExit({ code, signal, lines: said(), greeted, file, args: config.args, facts }))
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

    ready() {
      greeted = true
    },
    abandon() {},
    evidence: () => [...said(), ...facts.slice(0, 1)],

    async close(how) {
      closing = true
      if (child?.pid === undefined) return
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

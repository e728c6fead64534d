import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** The built command line, to be run by Node. */
export const builtCli = join(root, 'apps/server/dist/main.mjs')

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface GatewayOptions {
  readonly databasePath: string
  readonly env?: Readonly<Record<string, string>>
  /** What a command gets on stdin; nothing if absent. */
  readonly input?: string
  /** Told of what a command prints, as it prints it. */
  readonly onStdout?: (text: string) => void
  /** What the command is started by, e.g. a shell that prepares something; absent: nothing. */
  readonly within?: readonly string[]
  /** No file that the process writes may grow beyond so many blocks of 512 bytes. */
  readonly fileBlocks?: number
}

/** On Linux no test gets at the keychain of the person who runs it. */
export const NO_KEYCHAIN = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }

const environment = ({ databasePath, env }: GatewayOptions) => ({
  ...process.env,
  PORT: '0',
  ...NO_KEYCHAIN,
  ...env,
  DATABASE_PATH: databasePath,
})

/** Runs the built command line once. */
export function runCli(options: GatewayOptions, ...args: string[]): Promise<CliResult> {
  if (!existsSync(builtCli)) throw new Error('The server is not built: run `npm run build`')
  return new Promise((resolve) => {
    const [program, ...rest] = [...(options.within ?? []), process.execPath, builtCli, ...args] as [string, ...string[]]
    const child = spawn(program, rest, { env: environment(options), stdio: ['pipe', 'pipe', 'pipe'] })
    // A command that reads nothing may have ended already.
    child.stdin.on('error', () => {}).end(options.input)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      options.onStdout?.(String(chunk))
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
}

/** The same, for a command that answers in JSON. @throws Error with what it said where it fails */
export async function runCliJson<Answer = Record<string, unknown>>(options: GatewayOptions, ...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await runCli(options, ...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}: ${stderr}${stdout}`)
  return JSON.parse(stdout) as Answer
}

export interface GatewayProcess extends AsyncDisposable {
  /** What it said first: `recovery` where its database does not open. */
  readonly event: 'ready' | 'recovery'
  readonly mcpUrl: string
  readonly uiUrl: string
  /** The origin of the MCP port. */
  readonly origin: string
  readonly child: ChildProcess
  readonly pid: number
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>
  stderr(): string
  cli<Answer = Record<string, unknown>>(...args: string[]): Promise<Answer>
  /** Adds a stdio server that runs a script on this Node, approved and linked to the default profile. */
  addServer(name: string, script: string, ...args: string[]): Promise<{ id: string; slug: string; endpoint: string }>
  /** A new token for every profile, or for those named. */
  token(...profiles: string[]): Promise<string>
  /** Ends it as a person would, and waits. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts the built gateway as a process of its own and waits until it serves. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const command = [process.execPath, builtCli, 'serve', '--json']
  // Without the signal, so that the write fails as it does on a full disk.
  const limit = `trap '' XFSZ; ulimit -f ${options.fileBlocks}; exec "$@"`
  const [program = '', ...args] = options.fileBlocks === undefined ? command : ['sh', '-c', limit, 'sh', ...command]
  const child = spawn(program, args, { env: environment(options), stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ready = await new Promise<{ event: 'ready' | 'recovery'; mcpUrl: string; uiUrl: string }>((resolve, reject) => {
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      const line = stdout.split('\n')[0]
      if (line && stdout.includes('\n')) resolve(JSON.parse(line))
    })
    child.once('exit', (code) => reject(new Error(`The gateway ended with ${code} before it served: ${stderr}`)))
  })
  return gatewayOf(options, { ...ready, child, stderr: () => stderr, exited })
}

/** What tests do with a gateway that serves, whatever program it runs in. */
export function gatewayOf(
  options: GatewayOptions,
  running: Pick<GatewayProcess, 'event' | 'mcpUrl' | 'uiUrl' | 'child' | 'stderr' | 'exited'>,
): GatewayProcess {
  const { child, exited } = running
  let tokens = 0
  const gateway: GatewayProcess = {
    ...running,
    origin: new URL(running.mcpUrl).origin,
    pid: child.pid as number,
    cli: (...args) => runCliJson(options, ...args),
    addServer: (name, script, ...args) =>
      runCliJson(
        options,
        'server',
        'add',
        '--name',
        name,
        '--command',
        process.execPath,
        '--approve',
        ...[script, ...args].flatMap((arg) => ['--arg', arg]),
      ),
    async token(...profiles) {
      const created = await runCliJson<{ token: string }>(
        options,
        'token',
        'create',
        '--name',
        `test-${++tokens}`,
        ...profiles.flatMap((slug) => ['--profile', slug]),
      )
      return created.token
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      return exited
    },
    async [Symbol.asyncDispose]() {
      await gateway.stop()
    },
  }
  return gateway
}

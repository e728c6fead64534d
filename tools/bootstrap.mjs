// Behind `npm start`, `npm test` and the other scripts: brings the machine to the point where the
// task can run, then runs it. No dependencies, because on a fresh clone there are none yet.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { atLeast, findNode, MIN_BOOTSTRAP, nodePackage, root, vendoredNodeDir } from './node-runtime.mjs'

const [task = 'start', ...args] = process.argv.slice(2)

/** One line of cause, one line of what to do, and a non-zero exit. */
function stop(cause, next) {
  process.stderr.write(`\n✗ ${cause}\n  ${next}\n`)
  process.exit(1)
}

if (!atLeast(process.versions.node, MIN_BOOTSTRAP)) {
  stop(`Node ${process.versions.node} is too old.`, 'Install Node 18 or newer from https://nodejs.org and run this again.')
}

/** npm's own words, mapped to the few causes that a person can act on. */
function explain(output, dir) {
  const has = (...words) => words.some((word) => output.includes(word))
  if (has('ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'ENETUNREACH', 'ECONNRESET', 'network request'))
    return [
      'The package registry cannot be reached.',
      'Check the network connection (and the proxy, if there is one), then run this again.',
    ]
  if (has('ENOSPC')) return ['The disk is full.', 'Free about 1 GB, then run this again.']
  if (has('EACCES', 'EPERM', 'EROFS'))
    return [`${dir} cannot be written.`, 'Give your user the right to write there, or clone into your home folder.']
  return [
    'Installing the dependencies failed.',
    `The last lines of npm:\n${output
      .trim()
      .split('\n')
      .slice(-8)
      .map((line) => `    ${line}`)
      .join('\n')}`,
  ]
}

function npm(args, cwd, label) {
  return new Promise((resolve) => {
    const started = Date.now()
    // npm sets npm_execpath for its scripts; running it with our own Node spares the shell and npm.cmd.
    const cli = process.env.npm_execpath
    const child = cli
      ? spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const seconds = () => Math.round((Date.now() - started) / 1000)
    process.stderr.write(`• ${label} …\n`)
    const ticker = setInterval(() => process.stderr.write(`  ${label}: ${seconds()} s\n`), 10_000)
    child.on('error', (error) => {
      clearInterval(ticker)
      stop(
        `npm could not be started (${error.message}).`,
        'Install npm, which comes with Node from https://nodejs.org, and run this again.',
      )
    })
    child.on('close', (code) => {
      clearInterval(ticker)
      if (code !== 0) stop(...explain(output, cwd))
      process.stderr.write(`  done in ${seconds()} s\n`)
      resolve()
    })
  })
}

/** Without a network npm would try for minutes before it says so. */
const NETWORK = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']

/** Installs from the lock file of `dir` when it changed since the stamp was written. */
async function ensureInstalled(dir, label) {
  const lock = createHash('sha256')
    .update(readFileSync(join(dir, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
  const modules = join(dir, 'node_modules')
  const stamp = join(modules, '.installed-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  try {
    accessSync(existsSync(modules) ? modules : dir, constants.W_OK)
  } catch {
    stop(`${dir} cannot be written.`, 'Give your user the right to write there, or clone into your home folder.')
  }
  // Not `npm ci`: it refuses a lock file that lacks the packages of another platform, which happens wherever the
  // registry that wrote it did not carry them. What is in the lock file is installed as it says all the same.
  await npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...NETWORK], dir, label)
  mkdirSync(modules, { recursive: true })
  writeFileSync(stamp, lock)
}

await ensureInstalled(root, 'Installing dependencies (about a minute the first time)')
if (!findNode()) {
  const name = nodePackage()
  if (!name) {
    stop(
      `Node ${process.versions.node} is too old to run the gateway, and there is no packaged Node for ${process.platform}-${process.arch}.`,
      'Install Node 24 from https://nodejs.org and run this again.',
    )
  }
}
if (findNode() !== process.execPath) await ensureInstalled(vendoredNodeDir, `Fetching Node 24 (yours is ${process.versions.node})`)

const node = findNode()
if (!node) stop('The packaged Node did not arrive.', 'Install Node 24 from https://nodejs.org and run this again.')

// npm puts its own folders in front of the PATH. The servers that the gateway starts are the user's and must find what
// the user's own shell finds.
const own = (entry) => entry.startsWith(root) || /node-gyp-bin$|[\\/]node_modules[\\/]\.bin$/.test(entry)
const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
const path = (process.env[pathName] ?? '')
  .split(delimiter)
  .filter((entry) => !own(entry))
  .join(delimiter)

const windows = process.platform === 'win32'
const child = spawn(node, [join(root, 'tools', 'tasks', `${task}.mjs`), ...args], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, [pathName]: path },
})
child.on('error', (error) =>
  stop(`Node could not be started: ${error.message}.`, 'Install Node 24 from https://nodejs.org and run this again.'),
)
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))

// Closing the channel asks the task to end; on Windows, where a signal ends it at once, it is the only kind way.
const ask = (signal) => (windows ? child.connected && child.disconnect() : child.kill(signal))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ask(signal))

// Whoever ends npm alone, as an editor's stop button does, means the gateway too.
if (process.env.npm_lifecycle_event) {
  const ancestors = () => {
    const parent = process.ppid
    try {
      const stat = readFileSync(`/proc/${parent}/stat`, 'latin1')
      return `${parent} ${stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]}`
    } catch {
      return String(parent)
    }
  }
  const before = ancestors()
  setInterval(() => {
    if (ancestors() !== before && child.connected) child.disconnect()
  }, 1000).unref()
}

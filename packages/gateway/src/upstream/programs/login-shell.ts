import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'

/** How long the files that a shell reads at its start may take, in milliseconds. */
const LIMIT = 10_000
/** More than this is noise, in bytes. */
const MAX_OUTPUT = 1024 * 1024
/** Lets those files tell this start from one by a person, and leave out what would ask or hang. */
const RESOLVING = 'LMG_RESOLVING_ENVIRONMENT'

/** What a shell was asked, and what it said or why it said nothing. */
export type ShellAnswer = { readonly shell: string; readonly path: string } | { readonly shell: string; readonly failure: string }

/** How each kind of shell is started as at a login, and how it prints its PATH. */
function invocation(shell: string, mark: string): string[] {
  const name = basename(shell).replace(/\.exe$/i, '')
  if (/^(?:pwsh|powershell)(?:-preview)?$/.test(name))
    return ['-Login', '-Command', `[Console]::Out.Write('${mark}' + $env:PATH + '${mark}')`]
  const print = `printf '${mark}%s${mark}' "$PATH"`
  // tcsh takes no other flag beside -l.
  if (name === 'tcsh' || name === 'csh') return ['-ic', print]
  if (name === 'nu') return ['-l', '-i', '-c', `print -n $"${mark}($env.PATH | str join ':')${mark}"`]
  return ['-i', '-l', '-c', print]
}

/**
 * Starts the login shell once and takes its PATH, which is where people install programs for themselves; everything
 * else that it has is left. What it prints beside the answer, and how it ends, does not matter.
 *
 * @param env of the shell; nothing of the gateway that it has no use for
 * @param limit in milliseconds
 */
export function askLoginShell(shell: string, env: Readonly<Record<string, string>>, limit = LIMIT): Promise<ShellAnswer> {
  const mark = `__lmg_${randomBytes(9).toString('hex')}__`
  return new Promise((resolve) => {
    // A session of its own: an interactive shell would take the terminal of the gateway, and is ended with all it started.
    const child = spawn(shell, invocation(shell, mark), {
      env: { ...env, [RESOLVING]: '1', TERM: 'dumb' },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let output = ''
    const over = (answer: ShellAnswer) => {
      clearTimeout(timer)
      child.stdout.destroy()
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, 'SIGKILL')
        } catch {
          // All of it has ended.
        }
      resolve(answer)
    }
    const failed = (failure: string) => over({ shell, failure })
    const timer = setTimeout(() => failed(`gave no answer within ${limit} ms`), limit)
    child.once('error', (error) => failed(`could not be started: ${error.message}`))
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      const [, path, after] = output.split(mark)
      if (path !== undefined && after !== undefined)
        over(path.trim() === '' ? { shell, failure: 'has an empty PATH' } : { shell, path: path.trim() })
      else if (output.length > MAX_OUTPUT) failed('printed too much')
    })
    child.once('close', (code, signal) => failed(`ended with ${signal ?? code} before it answered`))
  })
}

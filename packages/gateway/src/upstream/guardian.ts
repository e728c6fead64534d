import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Ends the process groups of the servers when the gateway dies without being able to: a shell that waits on a pipe
 * which the kernel closes when we are gone. It costs about 1 MB where a second Node would cost 40.
 *
 * Reads `+<group>` and `-<group>`; at the end of input it sends SIGTERM, and SIGKILL 0.7 s later.
 */
const SCRIPT = `
trap '' INT TERM HUP
groups=' '
while read -r line; do
  case $line in
    +*) groups="$groups\${line#+} " ;;
    -*) g=\${line#-}; case $groups in *" $g "*) groups="\${groups%% $g *} \${groups#* $g }" ;; esac ;;
  esac
done
for g in $groups; do kill -s TERM -- -$g; done
[ "$groups" = ' ' ] || sleep 0.7
for g in $groups; do kill -s KILL -- -$g; done
`

const RESTART_DELAY = 100

export interface Guardian {
  /** The group is ended should the gateway die. */
  watch(group: number): void
  /** The group has ended by itself. */
  release(group: number): void
  /** Ends the guardian; groups still watched are ended by it. */
  close(): void
}

/** Windows has no process groups; job objects are not used yet. */
const none: Guardian = { watch() {}, release() {}, close() {} }

export function startGuardian(platform: NodeJS.Platform = process.platform): Guardian {
  if (platform === 'win32') return none
  let child: ChildProcess | null = null
  let closed = false
  const watched = new Set<number>()
  const tell = (line: string) => child?.stdin?.write(`${line}\n`)
  const start = () => {
    if (closed || child) return
    // Its own session, so that Ctrl-C in the gateway's terminal does not reach it.
    child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: '/usr/bin:/bin' } })
    child.stdin?.on('error', () => {})
    child.on('error', () => {})
    // Somebody ended it: the servers must not be without one.
    child.once('exit', () => {
      child = null
      if (!closed && watched.size > 0) setTimeout(start, RESTART_DELAY).unref()
    })
    child.unref()
    for (const group of watched) tell(`+${group}`)
  }
  return {
    watch(group) {
      watched.add(group)
      if (child) tell(`+${group}`)
      else start()
    },
    release(group) {
      if (watched.delete(group)) tell(`-${group}`)
    },
    close() {
      closed = true
      child?.stdin?.end()
      child = null
    },
  }
}

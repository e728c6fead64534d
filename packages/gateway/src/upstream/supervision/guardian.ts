import { type ChildProcess, spawn } from 'node:child_process'
import { MARK } from './process-table.ts'

/**
 * Ends the servers when the gateway dies without being able to: a shell that waits on a pipe which the kernel closes
 * when we are gone. It costs about 1 MB where a second Node would cost 40.
 *
 * Reads `+<group>` and `-<group>`; at the end of input it sends SIGTERM, and SIGKILL 0.7 s later, to the groups and,
 * where there is /proc, to every process whose environment has the mark $1: those that left their group.
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
end() {
  for g in $groups; do kill -s $1 -- -$g; done
  found=
  for f in $(grep -lsaF "${MARK}=$2." /proc/[0-9]*/environ); do
    p=\${f#/proc/}; found=1
    kill -s $1 \${p%/environ}
  done
}
end TERM "$1"
[ "$groups$found" = ' ' ] || sleep 0.7
end KILL "$1"
`

const RESTART_DELAY = 100

export interface Guardian {
  /** It is there before the first server is, so that no moment is left in which a server has none. */
  arm(): void
  /** The group is ended should the gateway die. */
  watch(group: number): void
  /** The group has ended by itself. */
  release(group: number): void
  /** Ends the guardian; groups still watched are ended by it. */
  close(): void
}

/** Windows has no process groups, and job objects need a native helper. What is left is swept at the next launch. */
const none: Guardian = { arm() {}, watch() {}, release() {}, close() {} }

/** @param life what the marks of all servers of this gateway begin with */
export function startGuardian(life: string, platform: NodeJS.Platform = process.platform): Guardian {
  if (platform === 'win32') return none
  let child: ChildProcess | null = null
  let closed = false
  const watched = new Set<number>()
  const tell = (line: string) => child?.stdin?.write(`${line}\n`)
  const start = () => {
    if (closed || child) return
    // Its own session, so that Ctrl-C in the gateway's terminal does not reach it.
    child = spawn('/bin/sh', ['-c', SCRIPT, 'guardian', life], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    })
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
    arm: start,
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

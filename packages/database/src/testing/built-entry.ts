import { type ChildProcess, spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { buildBundle } from './process-bundle.ts'

export interface BuiltEntry {
  /** Runs durability-entry.ts as a process of its own, which is killed when the test ends. */
  start(input: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
  /** The same, where no file may grow beyond so many blocks of 512 bytes; its errors can be read. */
  startLimited(input: readonly string[], blocks: number): ChildProcess
  remove(): void
}

/** Builds durability-entry.ts as the product is built. */
export async function buildEntry(): Promise<BuiltEntry> {
  const { entry, remove } = await buildBundle('testing/durability-entry.ts')
  return {
    start(input, env = {}) {
      const child = spawn(process.execPath, [entry, ...input], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => {
        child.kill('SIGKILL')
      })
      return child
    },
    startLimited(input, blocks) {
      // Without the signal, so that the write fails as it does on a full disk.
      const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`
      const child = spawn('sh', ['-c', script, 'sh', process.execPath, entry, ...input], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      onTestFinished(() => {
        child.kill('SIGKILL')
      })
      return child
    },
    remove,
  }
}

/** Resolves when the child has printed the word. */
export async function said(child: ChildProcess, word: string): Promise<void> {
  let output = ''
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk
    if (output.includes(word)) return
  }
  throw new Error(`The child ended without saying "${word}": ${output}`)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { onTestFinished } from 'vitest'

export const root = fileURLToPath(new URL('../../../../', import.meta.url))

export interface BuiltEntry {
  /** Runs durability-entry.ts as a process of its own, which is killed when the test ends. */
  start(input: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
  /** The same, where no file may grow beyond so many blocks of 512 bytes; its errors can be read. */
  startLimited(input: readonly string[], blocks: number): ChildProcess
  remove(): void
}

/** Builds durability-entry.ts as the product is built. */
export async function buildEntry(): Promise<BuiltEntry> {
  const bundle = mkdtempSync(join(tmpdir(), 'lmg-bundle-'))
  const addon = createRequire(import.meta.url).resolve('better-sqlite3/package.json')
  symlinkSync(dirname(dirname(addon)), join(bundle, 'node_modules'))
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: join(root, 'packages/database/src/testing/durability-entry.ts'),
      outDir: bundle,
      emptyOutDir: false,
      target: 'node22',
      rolldownOptions: { output: { entryFileNames: 'entry.mjs' } },
    },
  })
  return {
    start(input, env = {}) {
      const child = spawn(process.execPath, [join(bundle, 'entry.mjs'), ...input], {
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
      const child = spawn('sh', ['-c', script, 'sh', process.execPath, join(bundle, 'entry.mjs'), ...input], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      onTestFinished(() => {
        child.kill('SIGKILL')
      })
      return child
    },
    remove: () => rmSync(bundle, { recursive: true, force: true }),
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

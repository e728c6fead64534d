import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export const root = fileURLToPath(new URL('../../../../', import.meta.url))

export interface ProcessBundle {
  /** What is to be started. */
  readonly entry: string
  remove(): void
}

/** Builds process-entry.ts for tests with real processes. */
export const buildProcessBundle = () => buildBundle('testing/process-entry.ts')

/** Builds a file of this room, with the worker beside it, as the host's build does. @param main its place below src */
export async function buildBundle(main: string): Promise<ProcessBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'lmg-bundle-'))
  const addon = createRequire(import.meta.url).resolve('better-sqlite3/package.json')
  symlinkSync(dirname(dirname(addon)), join(folder, 'node_modules'))
  const source = join(root, 'packages/database/src')
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node22',
      rolldownOptions: {
        input: { entry: join(source, main), 'database-worker': join(source, 'worker/database-worker.ts') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  })
  return { entry: join(folder, 'entry.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/**
 * Builds process-entry.ts and the backup thread as the host's build does, for tests with real processes.
 * @returns the entry to start, and how to remove it
 */
export async function buildProcessBundle(): Promise<{ readonly entry: string; remove(): void }> {
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
        input: { entry: join(source, 'testing/process-entry.ts'), 'backup-worker': join(source, 'backup/backup-worker.ts') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  })
  return { entry: join(folder, 'entry.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

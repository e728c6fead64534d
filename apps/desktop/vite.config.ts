import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** Packages with native parts or their own files, which are packed beside the bundle. */
const EXTERNAL = ['better-sqlite3', '@napi-rs/keyring', 'ws', 'undici', 'cross-spawn', 'electron', 'electron-updater']
const isPreload = process.env.LMG_BUILD === 'preload'

export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist',
    // The preload script is built second, into the same folder.
    emptyOutDir: !isPreload,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rollupOptions: {
      // The worker of the database is started by its path; a preload script in the sandbox has to be CommonJS.
      input: isPreload
        ? { preload: 'src/preload.ts' }
        : { main: 'src/main.ts', 'database-worker': '../../packages/database/src/worker/database-worker.ts' },
      external: [...EXTERNAL, ...builtinModules, /^node:/],
      output: isPreload
        ? { format: 'cjs', entryFileNames: '[name].cjs' }
        : { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  ssr: { noExternal: true, external: EXTERNAL },
})

import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** Packages with native parts or their own files; everything else goes into one file, which starts faster. */
const EXTERNAL = ['better-sqlite3', '@napi-rs/keyring', 'ws', 'undici', 'cross-spawn', 'commander']

export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: true,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rollupOptions: {
      // The worker of the database is started by its path.
      input: {
        main: 'src/main.ts',
        'database-worker': '../../packages/database/src/worker/database-worker.ts',
      },
      external: [...EXTERNAL, ...builtinModules, /^node:/],
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  ssr: { noExternal: true, external: EXTERNAL },
})

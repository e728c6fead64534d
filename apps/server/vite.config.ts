import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** Packages with native parts or their own files; everything else goes into one file, which starts faster. */
const EXTERNAL = ['better-sqlite3', 'ws', 'undici', 'cross-spawn', 'commander']

export default defineConfig({
  build: {
    ssr: 'src/main.ts',
    outDir: 'dist',
    emptyOutDir: true,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rollupOptions: {
      external: [...EXTERNAL, ...builtinModules, /^node:/],
      output: { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  ssr: { noExternal: true, external: EXTERNAL },
})

import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    // An inlined asset would be a data: URL, which the CSP allows for images only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      treeshake: {
        // The UI takes types, limits and the error table from the contract. Its schemas would bring zod along,
        // and a schema that nobody reads has no effect.
        moduleSideEffects: (id) => !/packages[\\/](contract|kernel)[\\/]|node_modules[\\/]zod[\\/]/.test(id),
      },
    },
  },
})

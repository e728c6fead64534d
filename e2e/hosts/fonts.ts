import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const face = (family: string, path: string, weight: string) => {
  const bytes = readFileSync(fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url)))
  return `@font-face{font-family:"${family}";font-weight:${weight};src:url(data:font/woff2;base64,${bytes.toString('base64')})}`
}

/** The window has the fonts of the system; pictures of it have these, so that they are the same on every system. */
export const FONTS = [
  face('Test UI', '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', '100 900'),
  face('Test code', '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2', '400'),
  ':root{--font-ui:"Test UI",sans-serif!important;--font-code:"Test code",monospace!important}',
].join('')

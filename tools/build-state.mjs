// Tells whether what is built is what the sources say, by content, so that a checkout of another branch counts too.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './node-runtime.mjs'

const SOURCES = ['apps', 'packages', 'migrations']
const SKIPPED = new Set(['node_modules', 'dist', 'meta'])
const stamp = join(root, '.cache', 'build-stamp')
export const serverEntry = join(root, 'apps', 'server', 'dist', 'main.mjs')
export const desktopApp = join(root, 'apps', 'desktop')
const outputs = [serverEntry, join(root, 'apps', 'ui', 'dist', 'index.html'), join(desktopApp, 'dist', 'preload.cjs')]

function* files(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) continue
    const path = join(dir, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (!/\.test\.tsx?$/.test(entry.name)) yield path
  }
}

export function sourcesHash() {
  const hash = createHash('sha256')
  for (const path of [
    ...SOURCES.flatMap((dir) => [...files(join(root, dir))]),
    join(root, 'package.json'),
    join(root, 'package-lock.json'),
  ]) {
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

export function isBuilt() {
  return outputs.every((path) => existsSync(path)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash()
}

export function markBuilt(hash) {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

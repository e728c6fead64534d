import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What the window may have loaded, compressed, when its first page shows. */
export const BUDGET_BYTES = 350 * 1024

const IMPORTED = /(?:\bfrom|\bimport)\s*["']\.\/([\w.-]+\.js)["']/g
const size = (file) => gzipSync(readFileSync(file), { level: 9 }).length

/**
 * What is loaded before the overview shows: what index.html names, what these scripts import without being asked to,
 * and the same of the overview's own script.
 * @param dist folder of a built window
 * @returns names of files with their compressed sizes in bytes, and those of each page's own script
 */
export function measureBundle(dist) {
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file)
  const assets = readdirSync(join(dist, 'assets'))
  const overview = assets.filter((name) => /^overview-page-.*\.js$/.test(name))
  if (overview.length !== 1) throw new Error('The overview has no script of its own')
  const first = new Map()
  const add = (file) => {
    const path = join(dist, file)
    if (first.has(file) || !existsSync(path)) return
    first.set(file, size(path))
    if (!file.endsWith('.js')) return
    for (const [, name] of readFileSync(path, 'utf8').matchAll(IMPORTED)) add(`assets/${name}`)
  }
  for (const file of [...named, 'index.html', `assets/${overview[0]}`]) add(file)
  const pages = assets
    .filter((name) => /-(page|dialog)-[\w-]{8}\.js$/.test(name))
    .map((name) => ({ name: name.replace(/-[\w-]{8}\.js$/, ''), bytes: size(join(dist, 'assets', name)) }))
    .toSorted((a, b) => b.bytes - a.bytes)
  return { first, total: [...first.values()].reduce((sum, bytes) => sum + bytes, 0), pages }
}

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`

/** @returns the figures as text, and whether they are within the budget */
export function reportBundle(dist) {
  const { first, total, pages } = measureBundle(dist)
  const biggest = [...first].toSorted((a, b) => b[1] - a[1]).slice(0, 5)
  return {
    fits: total <= BUDGET_BYTES,
    text: [
      `First load of the window: ${kb(total)} of ${kb(BUDGET_BYTES)} compressed, ${first.size} files`,
      ...biggest.map(([name, bytes]) => `  ${kb(bytes).padStart(9)}  ${name}`),
      `Own scripts of pages: ${pages.map(({ name, bytes }) => `${name} ${kb(bytes)}`).join(', ')}`,
    ].join('\n'),
  }
}

// Who may import whom: the table of docs/architecture.md, checked.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Room → rooms that it may import. */
export const MAY_IMPORT = {
  kernel: [],
  contract: ['kernel'],
  core: ['contract', 'kernel'],
  database: ['core', 'contract', 'kernel'],
  gateway: ['core', 'contract', 'kernel'],
  vault: ['core', 'contract', 'kernel'],
  runtime: ['core', 'database', 'gateway', 'vault', 'contract', 'kernel'],
  testing: ['core', 'contract', 'kernel'],
  server: ['runtime', 'contract', 'kernel'],
  desktop: ['runtime', 'contract', 'kernel'],
  ui: ['contract', 'kernel'],
}

/** Package (prefix) → the only rooms that may import it. */
export const ONLY_IN = {
  '@orpc/': ['contract', 'runtime', 'server', 'desktop', 'ui'],
  'better-sqlite3': ['database'],
  'drizzle-orm': ['database'],
  '@napi-rs/keyring': ['vault'],
  'jsonc-parser': ['core'],
  'smol-toml': ['core'],
  yaml: ['core'],
  '@toon-format/toon': ['core'],
  '@dnd-kit/': ['ui'],
  undici: ['gateway'],
  '@modelcontextprotocol/client': ['gateway'],
  'cross-spawn': ['gateway'],
  react: ['ui'],
  ws: ['runtime'],
  commander: ['server'],
  electron: ['desktop'],
  'electron-updater': ['desktop'],
}

/** The files of the desktop room that apply decisions: the only ones that know Electron. */
const ELECTRON_FILES = /^src[\\/](?:shell[\\/][\w-]+|preload)\.ts$/

/** Rooms that run in the browser too and must not know Node. */
const WITHOUT_NODE = ['kernel', 'contract', 'ui']

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** @param {string} source @returns {string[]} what it imports */
export function importsOf(source) {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/**
 * @param {string} room @param {string} imported @param {boolean} isTest tests may use the testing room, Node, and client libraries
 * @returns {string | null} why it may not be imported
 */
export function refuse(room, imported, isTest) {
  const own = /^@local-mcp\/([a-z]+)(\/.*)?$/.exec(imported)
  if (own) {
    const target = own[1] ?? ''
    if (own[2]) return 'rooms are imported by their front door only'
    if (isTest && target === 'testing') return null
    return MAY_IMPORT[room]?.includes(target) ? null : `${room} may not import ${target}`
  }
  if (imported.startsWith('node:')) return !isTest && WITHOUT_NODE.includes(room) ? `${room} must not know Node` : null
  for (const [name, rooms] of Object.entries(ONLY_IN)) {
    const matches = name.endsWith('/') ? imported.startsWith(name) : imported === name || imported.startsWith(`${name}/`)
    if (matches && !isTest && !rooms.includes(room)) return `${name} is for ${rooms.join(', ') || 'no room yet'}`
  }
  return null
}

/** A relative import that leaves its room. */
function leaves(roomDir, file, imported) {
  if (!imported.startsWith('.')) return false
  const target = join(file, '..', imported.split('?')[0] ?? '')
  return relative(join(roomDir, 'src'), target).startsWith('..')
}

function* sources(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else if (/\.tsx?$/.test(entry.name)) yield path
  }
}

/** Files outside its room that a room may read by a relative path: data, not code. */
const DATA = /\.(?:json|sql)(?:\?raw)?$/

/** @param {string} root @returns {string[]} one line for each import that breaks the table */
export function checkRooms(root) {
  const problems = []
  for (const parent of ['packages', 'apps']) {
    for (const room of readdirSync(join(root, parent))) {
      if (!(room in MAY_IMPORT)) {
        problems.push(`${parent}/${room}: a room that is not in the table of tools/rooms.mjs`)
        continue
      }
      const roomDir = join(root, parent, room)
      for (const file of sources(join(roomDir, 'src'))) {
        const isTest = /\.test\.tsx?$/.test(file) || file.includes(`${sep}testing${sep}`)
        for (const imported of importsOf(readFileSync(file, 'utf8'))) {
          const outside = leaves(roomDir, file, imported) && !DATA.test(imported)
          const stray = /^electron(?:-updater)?$/.test(imported) && !ELECTRON_FILES.test(relative(roomDir, file))
          const why = outside ? 'leaves the room' : stray ? 'only the shell knows Electron' : refuse(room, imported, isTest)
          if (why) problems.push(`${relative(root, file)}: imports ${imported}: ${why}`)
        }
      }
    }
  }
  return problems
}

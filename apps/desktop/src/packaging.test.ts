// What of a release is decided by files that nothing imports.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const config = parse(read('../../../electron-builder.yml'))
const manifest = JSON.parse(read('../package.json'))
const lock = JSON.parse(read('../../../package-lock.json')) as { packages: Record<string, { version: string }> }

const numbers = (version: string) => version.split('.').map(Number)
function isAtLeast(version: string, floor: string): boolean {
  const [a, b] = [numbers(version), numbers(floor)]
  const at = a.findIndex((part, index) => part !== b[index])
  return at === -1 || (a[at] as number) > (b[at] as number)
}
const installed = (name: string) =>
  Object.entries(lock.packages).flatMap(([path, { version }]) => (path.endsWith(`node_modules/${name}`) ? [version] : []))

test('Electron is pinned to one version, and packed with that one', () => {
  expect(manifest.devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
  expect(config.electronVersion).toBe(manifest.devDependencies.electron)
  expect(installed('electron')).toEqual([manifest.devDependencies.electron])
})

test.each([
  // Preload scripts that a page could replace, and the other advisories of 2026.
  ['electron', '45.4.1'],
  // Credentials that were sent on to another host by a redirect.
  ['builder-util-runtime', '9.7.0'],
])('%s is not older than what is safe', (name, floor) => {
  expect(installed(name).length).toBeGreaterThan(0)
  for (const version of installed(name)) expect(isAtLeast(version, floor), version).toBe(true)
})

test('an archive that leads out of its folder is unpacked by nothing of ours', () => {
  for (const version of installed('extract-zip')) expect(isAtLeast(version, '2.0.2'), version).toBe(true)
})

test('the program is no Node, and runs nothing but what was signed', () => {
  expect(config.electronFuses).toEqual({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
    loadBrowserProcessSpecificV8Snapshot: false,
  })
  expect(config.asar).toBe(true)
})

test('an update has to be signed by who signed this copy', () => {
  // Without a name the updater would take anybody's signature.
  expect(config.win.signtoolOptions.publisherName).toEqual(expect.arrayContaining([expect.any(String)]))
  expect(config.win.verifyUpdateCodeSignature ?? true).toBe(true)
  expect(config.mac.hardenedRuntime).toBe(true)
  expect(read('../../../.github/workflows/desktop.yml')).toContain('forceCodeSigning=true')
})

test('every system has its packages', () => {
  const targets = (system: { target: { target: string; arch: unknown }[] }) => system.target.map(({ target }) => target)
  expect(targets(config.mac)).toEqual(['dmg', 'zip'])
  expect(config.mac.target.map(({ arch }: { arch: string }) => arch)).toEqual(['universal', 'universal'])
  expect(targets(config.win)).toEqual(['nsis'])
  expect(targets(config.linux)).toEqual(['AppImage', 'deb', 'rpm'])
  expect(config.publish.channel).toBe('latest')
})

test('the shell is thin: few files, few lines', () => {
  const files = import.meta.glob('./shell/*.ts', { query: '?raw', import: 'default', eager: true }) as Record<string, string>
  expect(Object.keys(files).length).toBeLessThanOrEqual(12)
  expect(Object.values(files).join('').split('\n').length).toBeLessThanOrEqual(420)
})

// Packs the app as a release is packed, but offline: with the stand-in in the place of Electron's runtime. Then reads
// the fuses back, looks at what is in the archive, and runs it.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extractAll, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'
import { desktopApp } from '../build-state.mjs'
import { ensureBuilt } from '../ensure-built.mjs'
import { root } from '../node-runtime.mjs'
import { bin, run } from '../run.mjs'

/** As docs/desktop.md says, and as `electron-builder.yml` sets them. */
const FUSES = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
}
const NATIVE = ['better-sqlite3/prebuilds/', 'keyring.']
const dist = join(root, '.cache/electron-dist')
const unpacked = join(desktopApp, 'release/linux-unpacked')
const program = join(unpacked, 'local-mcp-gateway')

function stop(cause) {
  process.stderr.write(`✗ ${cause}\n`)
  process.exit(1)
}
const done = (what) => process.stdout.write(`✓ ${what}\n`)

/** A runtime to pack: the stand-in's launcher, with the mark behind which Electron keeps its fuses, as they come. */
function makeRuntime() {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  const wire = '0100100011'.slice(0, Object.keys(FuseV1Options).length / 2)
  const fuses = `# dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\u0001${String.fromCharCode(wire.length)}${wire}\n`
  const launcher = `#!/bin/sh\nLMG_STAND_IN_EXECUTABLE="$0" exec "$LMG_STAND_IN_NODE" --experimental-strip-types --no-warnings "$LMG_STAND_IN" "$@"\n`
  writeFileSync(join(dist, 'electron'), launcher + fuses)
  chmodSync(join(dist, 'electron'), 0o755)
}

if (process.platform !== 'linux') stop('This is for Linux: elsewhere the stand-in cannot be packed.')
await ensureBuilt()
makeRuntime()
rmSync(join(desktopApp, 'release'), { recursive: true, force: true })
const args = ['--config', join(root, 'electron-builder.yml'), '--linux', 'dir', `-c.electronDist=${dist}`, '--publish', 'never']
const packing = await run(bin.electronBuilder, args, { cwd: desktopApp, quiet: true })
if (packing.code !== 0) stop(`Packing failed\n${packing.output}`)
done('packed')

const wire = await getCurrentFuseWire(program)
if (wire.version !== FuseVersion.V1) stop('The fuses are of another version')
for (const [name, on] of Object.entries(FUSES)) {
  if (wire[FuseV1Options[name]] !== (on ? FuseState.ENABLE : FuseState.DISABLE)) stop(`The fuse ${name} is not ${on ? 'on' : 'off'}`)
}
done('fuses read back as set')

const asar = join(unpacked, 'resources/app.asar')
const files = listPackage(asar, { isPack: true })
for (const name of ['/dist/main.mjs', '/dist/preload.cjs', '/dist/database-worker.mjs', '/ui/index.html', '/resources/tray.png']) {
  if (!files.some((line) => line.endsWith(name))) stop(`The archive has no ${name}`)
}
for (const name of NATIVE) {
  const found = files.filter((line) => line.includes(name) && line.endsWith('.node'))
  if (found.length === 0 || found.some((line) => !line.startsWith('unpack'))) stop(`${name} is not beside the archive`)
}
const strange = files.filter((line) => /\.(?:ts|map)$|\/src\/|\.test\./.test(line) && !line.includes('/node_modules/'))
if (strange.length > 0) stop(`The archive has what it should not: ${strange.slice(0, 5).join(', ')}`)
done(`archive of ${files.length} files, native modules beside it`)

// The stand-in reads no archives: what is in this one is put beside it, with what was kept out of it.
extractAll(asar, join(unpacked, 'resources/app'))
const env = {
  LMG_HOST: 'stand-in',
  LMG_PACKED: program,
  LMG_STAND_IN: join(root, 'e2e/hosts/stand-in/run.ts'),
  LMG_STAND_IN_NODE: process.execPath,
  LMG_STAND_IN_PACKAGED: '1',
}
const smoke = await run(bin.playwright, ['test', '--config', 'playwright.config.ts', 'packed', 'first-call'], { env })
process.exit(smoke.code)

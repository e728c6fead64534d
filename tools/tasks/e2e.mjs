import { findChromium } from '../chromium.mjs'
import { ensureBuilt } from '../ensure-built.mjs'
import { bin, run } from '../run.mjs'

if (!findChromium()) {
  process.stderr.write('✗ No Chromium was found.\n  Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.\n')
  process.exit(1)
}
await ensureBuilt()
process.exit((await run(bin.playwright, ['test', ...process.argv.slice(2)])).code)

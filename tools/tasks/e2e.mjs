import { findChromium } from '../chromium.mjs'
import { ensureBuilt } from '../ensure-built.mjs'
import { hostEnv, readHosts } from '../hosts.mjs'
import { bin, run } from '../run.mjs'

if (!findChromium()) {
  process.stderr.write('✗ No Chromium was found.\n  Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.\n')
  process.exit(1)
}
await ensureBuilt()
const { hosts, rest } = readHosts(process.argv.slice(2))
let failed = 0
for (const host of hosts) {
  process.stdout.write(`\nOn ${host}:\n`)
  failed ||= (await run(bin.playwright, ['test', ...(hosts.length > 1 ? ['--pass-with-no-tests'] : []), ...rest], { env: hostEnv(host) }))
    .code
}
process.exit(failed)

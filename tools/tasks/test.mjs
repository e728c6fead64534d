// Everything that proves the product, in one run, closed by one line that counts.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from '../chromium.mjs'
import { ensureBuilt } from '../ensure-built.mjs'
import { hostEnv, readHosts } from '../hosts.mjs'
import { root } from '../node-runtime.mjs'
import { bin, run } from '../run.mjs'

const results = join(root, '.cache', 'test-results')
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
const total = { passed: 0, failed: 0, skipped: 0 }

await ensureBuilt()

const vitestJson = join(results, 'vitest.json')
const vitest = await run(bin.vitest, [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${vitestJson}`,
  ...process.argv.slice(2),
])
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(vitestJson, 'utf8'))
  total.passed += numPassedTests
  total.failed += numFailedTests
  total.skipped += numPendingTests + numTodoTests
  // A file that fails before its first test, or an error outside of any, counts as a failure too.
  if (vitest.code !== 0 && numFailedTests === 0) total.failed++
} catch {
  total.failed++
}

if (findChromium()) {
  for (const host of readHosts([]).hosts) {
    const playwrightJson = join(results, `playwright-${host}.json`)
    const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightJson, ...hostEnv(host) }
    process.stdout.write(`\nJourneys on ${host}:\n`)
    const e2e = await run(bin.playwright, ['test', '--reporter=list,json'], { env })
    try {
      const { stats } = JSON.parse(readFileSync(playwrightJson, 'utf8'))
      total.passed += stats.expected + stats.flaky
      total.failed += stats.unexpected
      total.skipped += stats.skipped
      if (e2e.code !== 0 && stats.unexpected === 0) total.failed++
    } catch {
      total.failed++
    }
  }
} else {
  process.stdout.write(
    '\nThe journeys in the browser were not run: no Chromium was found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.\n',
  )
  total.skipped++
}

process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`)
process.exit(total.failed > 0 ? 1 : 0)

// What a call through the gateway costs, beside a direct call and a bare Node proxy in the same minutes.
//   npm run bench                 measures, prints the table
//   npm run bench -- --quick      fewer and shorter rounds
//   npm run bench -- --write      also writes docs/performance.md and bench/baseline.json
//   npm run bench -- --check      fails where a figure is more than 25 % worse than in bench/baseline.json
//   npm run bench -- --profile    instead: where the CPU goes, by file
//   npm run bench -- --peers      also other gateways from npm, installed in a temporary folder
// Linux only: CPU and memory come from /proc.
import { parseArgs } from 'node:util'
import { callEcho, drive } from './load/drive.mjs'
import { watchOthers } from './load/processes.mjs'
import {
  measureColdStart,
  measureHuge,
  measureIdle,
  measureLatency,
  measureList,
  measureRate,
  measureResult,
  measureSessions,
} from './measure.mjs'
import { comparePeers } from './peers.mjs'
import { profileGateway } from './profile.mjs'
import { checkBaseline, printTable, summarise, writeResults } from './report.mjs'
import { prepareGateway, startScript } from './start-targets.mjs'

const { values: flags } = parseArgs({
  options: Object.fromEntries(['quick', 'write', 'check', 'profile', 'peers'].map((name) => [name, { type: 'boolean', default: false }])),
})
const short = flags.quick || flags.check
const ROUNDS = short ? 3 : 5
/** How long one cell lasts, in milliseconds. */
const CELL = short ? 400 : 700
/** How often a figure is measured in a round, and the share of the machine that others may use meanwhile. */
const ATTEMPTS = 3
const QUIET = 0.08
const note = (text) => process.stderr.write(`${text}\n`)

const echo = await startScript('echo-http.mjs')
const hundred = await startScript('echo-http.mjs', '100')
const thousand = await startScript('echo-http.mjs', '1000')
const proxy = await startScript('bare-proxy.mjs', echo.origin)
const gateway = await prepareGateway(echo.origin, hundred.origin)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => gateway.remove().finally(() => process.exit(1)))
}
const references = { direct: echo, proxy }
const samples = []
const keep = (figures) => samples.push(figures)

/** Measures again while other programs use the machine, and takes the time when they did least. */
async function quietest(measure) {
  let best = null
  for (let attempt = 0; attempt < ATTEMPTS && !(best?.others < QUIET); attempt++) {
    const othersSince = watchOthers()
    const measured = await measure()
    const others = othersSince()
    if (!best || others < best.others) best = { others, measured }
  }
  return best.measured
}

/** Everything that is a ratio, once. */
async function round() {
  const [http, stdio, many] = ['http', 'stdio', 'many'].map(gateway.target)
  const figures = [
    () => measureLatency(references, 'http', http, CELL),
    () => measureLatency(references, 'stdio', stdio, CELL),
    ...[
      [16, 1],
      [64, 1],
      [16, 16],
      [64, 16],
    ].map((shape) => () => measureRate(references, 'http', http, shape, CELL)),
    ...[
      [16, 1],
      [64, 16],
    ].map((shape) => () => measureRate(references, 'stdio', stdio, shape, CELL)),
    () => measureResult(references, '10k', 10_240, http, CELL),
    () => measureResult(references, '1m', 1024 * 1024, http, CELL),
    () => measureList(thousand, many, CELL),
  ]
  const measured = []
  for (const figure of figures) measured.push(await quietest(figure))
  return Object.assign({}, ...measured)
}

try {
  if (flags.profile) await profileGateway(gateway)
  else {
    note('Warming up …')
    for (const target of [echo, proxy, gateway.target('http'), gateway.target('stdio')])
      await drive(target, { ms: 1500, inFlight: 8, call: callEcho })
    for (let index = 1; index <= ROUNDS; index++) {
      keep(await round())
      note(`Round ${index} of ${ROUNDS}`)
    }
    for (let index = 0; index < ROUNDS; index++) keep(await measureColdStart(gateway))
    keep(await measureIdle(gateway, 3000, short ? 3000 : 10_000))
    keep(await measureSessions(gateway))
    keep(await measureHuge(gateway.target('http')))
    const figures = summarise(samples)
    const peers = flags.peers ? await comparePeers(references, CELL, ROUNDS) : []
    printTable(figures, peers)
    if (flags.write) await writeResults(figures, peers)
    if (flags.check && !(await checkBaseline(figures))) process.exitCode = 1
  }
} finally {
  await gateway.remove()
  for (const target of [proxy, echo, hundred, thousand]) target.stop()
}

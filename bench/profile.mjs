import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callBytes, callEcho, drive } from './load/drive.mjs'

/** How long the gateway is loaded, in milliseconds. */
const LOAD = 5000
const SHOWN = 20
const print = (line) => process.stdout.write(`${line}\n`)

/** The samples of the last `LOAD` milliseconds, so that the start is left out, with what each took. */
function underLoad({ nodes, samples, timeDeltas, endTime, startTime }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]))
  const from = endTime - LOAD * 1000
  let at = startTime
  return samples.flatMap((id, index) => {
    at += timeDeltas[index]
    const frame = byId.get(id)
    const works = frame.functionName !== '(idle)' && frame.functionName !== '(program)'
    return works && at > from ? [{ frame, time: timeDeltas[index] }] : []
  })
}

/** Self time by place, largest first, as shares of the time that was not idle. */
function shares(samples, placeOf) {
  const times = new Map()
  for (const { frame, time } of samples) times.set(placeOf(frame), (times.get(placeOf(frame)) ?? 0) + time)
  const busy = samples.reduce((sum, { time }) => sum + time, 0)
  return [...times].sort(([, a], [, b]) => b - a).map(([place, time]) => [place, time / busy])
}

const maps = new Map()
function mapOf(url) {
  if (!maps.has(url))
    maps.set(url, existsSync(new URL(`${url}.map`)) ? new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8'))) : null)
  return maps.get(url)
}

/** Where a function was written, before it was bundled. */
function placeOf({ url, lineNumber, columnNumber, functionName }) {
  if (!url.startsWith('file:')) return { file: url || functionName, line: lineNumber + 1 }
  const { originalSource, originalLine } = mapOf(url)?.findEntry(lineNumber, columnNumber) ?? {}
  const file = originalSource ? new URL(originalSource, url).pathname : new URL(url).pathname
  return { file: file.replace(/^.*?\/(node_modules|apps|packages)\//, '$1/'), line: (originalLine ?? lineNumber) + 1 }
}
const fileOf = (frame) => placeOf(frame).file
const functionOf = (frame) => `${frame.functionName || '(anonymous)'}  ${fileOf(frame)}:${placeOf(frame).line}`

const CASES = [
  { title: '100 B, HTTP upstream, 16 in flight', profile: 'http', load: { inFlight: 16, call: callEcho } },
  { title: '100 B, stdio upstream, 16 in flight', profile: 'stdio', load: { inFlight: 16, call: callEcho } },
  { title: 'results of 1 MB, HTTP upstream', profile: 'http', load: { call: callBytes(1024 * 1024) } },
]

/** Loads the gateway under the profiler of V8 and prints where its time goes. */
export async function profileGateway(gateway) {
  for (const { title, profile, load } of CASES) {
    const folder = await mkdtemp(join(tmpdir(), 'lmg-profile-'))
    await gateway.restart({ NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` })
    const { cpu, rate } = await drive(gateway.target(profile), { ...load, ms: LOAD })
    await gateway.stop()
    const profiles = await Promise.all((await readdir(folder)).map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))))
    // The threads of the process have profiles of their own; the one that relays has by far the most to show.
    const relay = profiles.sort((a, b) => b.nodes.length - a.nodes.length)[0]
    const samples = underLoad(relay)
    print(`\n${title}: ${Math.round(rate)} calls/s, ${(cpu * 1000).toFixed(0)} µs CPU per call, with the profiler\n`)
    for (const [by, of] of [
      ['file', fileOf],
      ['function', functionOf],
    ]) {
      print(`by ${by}`)
      for (const [place, share] of shares(samples, of).slice(0, SHOWN)) print(`${(share * 100).toFixed(1).padStart(6)} %  ${place}`)
    }
    await rm(folder, { recursive: true })
  }
}

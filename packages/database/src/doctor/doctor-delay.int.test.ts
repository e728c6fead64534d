import { statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { endurance, measured } from '../testing/endurance.ts'
import { openGuarded, optionsFor, tempStore } from '../testing/temp-store.ts'

const MEGABYTES = endurance(20, 200)

/** Delay of the event loop while something goes on, in ms. */
async function delayDuring(work: () => Promise<unknown>) {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  const started = performance.now()
  await work()
  const ms = performance.now() - started
  histogram.disable()
  return { ms, p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 }
}

test(`the event loop goes on while the doctor reads ${MEGABYTES} MB`, async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const db = openGuarded(options.path)
  const insert = db.prepare(
    `INSERT INTO debug_logs (id, request_type, request_payload, status) VALUES (printf('%036d', ?), 'tools/call', hex(randomblob(16000)), 'success')`,
  )
  db.transaction(() => {
    for (let row = 0; row < MEGABYTES * 32; row += 1) insert.run(row)
  })()
  db.close()
  await sleep(200)
  const idle = await delayDuring(() => sleep(1000))
  const doctor = await delayDuring(() => store.doctor())
  measured(`doctor on ${(statSync(options.path).size / 1024 / 1024).toFixed(0)} MB`, {
    idleP99: idle.p99,
    idleMax: idle.max,
    doctorMs: doctor.ms,
    doctorP99: doctor.p99,
    doctorMax: doctor.max,
  })
  // On the loop, the check would hold it for all of its time.
  expect(doctor.p99).toBeLessThan(50)
  expect(doctor.max).toBeLessThan(Math.max(200, doctor.ms / 2))
}, 600_000)

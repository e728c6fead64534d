import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Runs inside of the gateway: its wall clock goes wrong by what a file says. The monotonic clock stays. */
const SHIFT = `
import { readFileSync } from 'node:fs'
const RealDate = Date
let offset = 0
const look = () => { try { offset = Number(readFileSync(process.env.LMG_TEST_CLOCK, 'utf8')) || 0 } catch {} }
look()
setInterval(look, 20).unref()
globalThis.Date = class extends RealDate {
  constructor(...args) { if (args.length > 0) super(...args); else super(RealDate.now() + offset) }
  static now() { return RealDate.now() + offset }
}
`

/** A clock that can be set, for gateways that are processes. @param dir where its files are */
export function shiftedClock(dir: string) {
  const script = `${dir}/clock.mjs`
  const file = `${dir}/clock.txt`
  writeFileSync(script, SHIFT)
  return {
    env: { NODE_OPTIONS: `--import ${pathToFileURL(script).href}`, LMG_TEST_CLOCK: file },
    /** @param ms how far the clock is off from now on; gateways see it within 20 ms */
    async set(ms: number): Promise<void> {
      writeFileSync(file, String(ms))
      await new Promise((resolve) => setTimeout(resolve, 60))
    },
  }
}

import { readdirSync } from 'node:fs'
import { silentLogger } from '@local-mcp/kernel'
import { childrenOf, waitFor, zombiesOf } from '@local-mcp/testing'
import { afterAll, expect, test } from 'vitest'
import type { ProgramFinder } from '../programs/program-finder.ts'
import { createStdioTransport } from '../stdio-transport.ts'
import type { TransportEvents } from '../transport.ts'
import { createKeeper } from './keeper.ts'

const FULL = Boolean(process.env.LMG_ENDURANCE)
const CYCLES = FULL ? 500 : 20
const FAILURES = 200
const AT_ONCE = 4

const keeper = createKeeper(null, silentLogger)
afterAll(() => keeper.close())
const events: TransportEvents = { message() {}, large: () => null, failed() {}, closed() {} }
/** Finds whatever it is asked for, so that the system is who says that it is not there. */
const programs: ProgramFinder = {
  find: async (command) => ({ located: { kind: 'found', file: command }, path: '', notes: [] }),
  refresh() {},
}
const transportFor = (command: string, ...args: string[]) =>
  createStdioTransport({
    config: { command, args, env: {} },
    env: process.env,
    secret: async () => null,
    defaultCwd: process.cwd(),
    keeper,
    programs,
    agreed: null,
    onOutput() {},
  })
const descriptors = () => readdirSync('/proc/self/fd').length

async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let done = 0; done < times; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, work))
}

test.runIf(process.platform === 'linux')(`${FAILURES} programs that do not exist leave no descriptor`, async () => {
  await expect(transportFor('/no-such-program').start(events)).rejects.toThrow()
  const before = descriptors()
  let most = 0
  await repeat(FAILURES, async () => {
    await expect(transportFor('/no-such-program').start(events)).rejects.toThrow()
    most = Math.max(most, descriptors())
  })
  process.stdout.write(`[measured] spawns of ENOENT: ${FAILURES}, descriptors before ${before}, at most ${most}, after ${descriptors()}\n`)
  // Those of the few that are under way, six each.
  expect(most).toBeLessThan(before + 6 * AT_ONCE + 4)
  await waitFor('the descriptors to be as before', () => descriptors() <= before + 2)
})

test.runIf(process.platform === 'linux')(
  `${CYCLES} times started and stopped: no zombie, no descriptor, nothing alive`,
  {
    timeout: 30_000 + CYCLES * 500,
  },
  async () => {
    const cycle = async () => {
      const transport = transportFor('/bin/cat')
      await transport.start(events)
      await transport.close()
    }
    await cycle()
    const before = descriptors()
    const children = childrenOf(process.pid).length
    await repeat(CYCLES, cycle)
    expect(zombiesOf(process.pid)).toEqual([])
    expect(childrenOf(process.pid)).toHaveLength(children)
    await waitFor('the descriptors to be as before', () => descriptors() <= before + 2)
    process.stdout.write(`[measured] start and stop: ${CYCLES} cycles, 0 zombies, descriptors before ${before}, after ${descriptors()}\n`)
  },
)

import { silentLogger } from '@local-mcp/kernel'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createProgramFinder } from './programs/program-finder.ts'
import { createStdioTransport } from './stdio-transport.ts'
import { createKeeper } from './supervision/keeper.ts'

const keeper = createKeeper(null, silentLogger)
afterAll(() => keeper.close())

test('a program that does not read its input fails what it is sent, and holds no more than a bounded part of it', async () => {
  const failed: [number, string][] = []
  const transport = createStdioTransport({
    config: { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {} },
    env: process.env,
    secret: async () => null,
    defaultCwd: process.cwd(),
    programs: createProgramFinder({ env: process.env, shellFirst: false }),
    agreed: null,
    keeper,
    onOutput() {},
  })
  onTestFinished(() => transport.close())
  await transport.start({ message() {}, large: () => null, failed: (id, error) => failed.push([id, error.problem.code]), closed() {} })
  const body = Buffer.alloc(1024 * 1024, 'x')
  for (let id = 1; id <= 60; id++) {
    transport.send(body, { requestId: id, method: 'tools/call', era: 'legacy', version: null, principal: null })
    await new Promise(setImmediate)
  }
  // 32 MB wait, and what the pipe itself takes.
  expect(failed.length).toBeGreaterThanOrEqual(26)
  expect(failed.length).toBeLessThan(30)
  expect(failed.every(([, code]) => code === 'CONNECTION_LOST')).toBe(true)
  expect(failed.at(-1)?.[0]).toBe(60)
})

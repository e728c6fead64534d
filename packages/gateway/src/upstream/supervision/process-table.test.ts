import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitFor } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'
import { birthOf, groupLives, MARK, markedProcesses, ownMemory, parseMarks, usageOfGroups } from './process-table.ts'
import { endProcesses, graceOf, taskkillArguments } from './stop-ladder.ts'
import { sameStart, windowsQuery } from './sweep.ts'
import { reckonUsage } from './usage.ts'

const life = 'a'.repeat(32)

test('a listing of macOS is read for the mark, not for names', () => {
  const listing = [
    ` 4001 node server.js PATH=/usr/bin ${MARK}=${life}.3 HOME=/Users/me`,
    ` 4002 node server.js ${MARK}=${life}0.3`,
    ` 4003 grep ${life}.3`,
    ` 4004 /bin/sh ${MARK}=${life}.30`,
    '',
  ].join('\n')
  expect(parseMarks(listing)).toEqual([
    { pid: 4001, mark: `${life}.3` },
    { pid: 4002, mark: `${life}0.3` },
    { pid: 4004, mark: `${life}.30` },
  ])
})

test('on Windows only what began when we started it counts, and a tree is ended from its root', () => {
  const recorded = [
    { pid: 10, at: 1_000_000 },
    { pid: 11, at: 1_000_000 },
    { pid: 12, at: 1_000_000 },
  ]
  expect(sameStart(recorded, '10 1000400\r\n11 1900000\r\n')).toEqual([10])
  expect(windowsQuery(recorded)).toContain('-Id 10,11,12 ')
  expect(taskkillArguments(10)).toEqual(['/PID', '10', '/T', '/F'])
})

test('a quit gives servers less time than a stop, and one that works more', () => {
  expect(graceOf()).toEqual({ afterInput: 2000, afterTerm: 3000 })
  expect(graceOf({ busy: true, quitting: false }).afterInput).toBe(5000)
  const { afterInput, afterTerm } = graceOf({ busy: true, quitting: true })
  expect(afterInput + afterTerm).toBeLessThan(5000)
})

test('memory that is shared with the file of the program is not counted', () => {
  const status = 'VmRSS:\t   70000 kB\nRssAnon:\t   30000 kB\nRssFile:\t   39000 kB\nRssShmem:\t    1000 kB\n'
  expect(ownMemory(status)).toBe(31_000 * 1024)
})

test('what is saved is the memory of a server for every session after its first', () => {
  const running = [
    { id: 'a', pid: 1, sessions: 5 },
    { id: 'b', pid: 2, sessions: 1 },
    { id: 'c', pid: 3, sessions: 0 },
  ] as never[]
  const groups = new Map([1, 2, 3].map((pid) => [pid, { processes: 2, memory: 100 }]))
  expect(reckonUsage(5, running, groups)).toMatchObject({ sessions: 5, memoryBytes: 300, savedBytes: 400 })
})

test.runIf(process.platform === 'linux')('a process that left its group is found by its mark, measured and ended', async () => {
  const mark = `${life}.7`
  const script = `
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"], { detached: true, stdio: 'inherit' })
    setInterval(() => {}, 1000)`
  const root = spawn(process.execPath, ['-e', script], { detached: true, env: { [MARK]: mark }, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void endProcesses([life]))
  await once(root.stdout, 'data')
  const pid = root.pid as number
  const found = await markedProcesses([life])
  expect(found).toHaveLength(2)
  expect(found).toContain(pid)
  // Neither what only begins alike, nor what is above it.
  expect(await markedProcesses([`${life}.77`, 'a', `${life.slice(1)}`])).toEqual([])
  expect(birthOf(pid)).toMatch(/^[0-9a-f-]{36}\/\d+$/)
  const usage = (await usageOfGroups(new Set([pid]))).get(pid)
  expect(usage?.processes).toBe(1)
  expect(usage?.memory).toBeGreaterThan(1024 * 1024)

  expect(await endProcesses([mark])).toEqual([])
  expect(await markedProcesses([life])).toEqual([])
  await waitFor('the group to be empty', async () => !(await groupLives(pid)))
  expect(birthOf(pid)).toBeNull()
})

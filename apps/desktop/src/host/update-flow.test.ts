import { silentLogger } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import type { Question } from './shell.types.ts'
import { createUpdateFlow } from './update-flow.ts'

/** A release source and a person, and what became of them. */
function aFlow(
  change: { offered?: string; answers?: number[]; calls?: number; switchedOn?: boolean; isPackaged?: boolean; fails?: boolean } = {},
) {
  const { offered = '0.2.0', answers = [1, 1], calls = 0, switchedOn = true, isPackaged = true, fails = false } = change
  const done: string[] = []
  const asked: Question[] = []
  const flow = createUpdateFlow({
    source: {
      situation: () => ({ isPackaged, platform: 'darwin', appImage: undefined }),
      async look() {
        done.push('look')
        if (fails) throw new Error('no network')
        return {
          version: offered,
          releaseNotes: '<b>Better</b>',
          download: async () => void done.push('download'),
          install: () => done.push('install'),
        }
      },
    },
    version: '0.1.0',
    switchedOn: () => switchedOn,
    pendingCalls: () => calls,
    ask: async (question) => {
      asked.push(question)
      return answers[asked.length - 1] ?? 0
    },
    beforeInstall: async () => void done.push('gateway down'),
    logger: silentLogger,
  })
  return { flow, done, asked }
}

test('a newer release is shown with its notes, downloaded and installed when a person says so', async () => {
  const { flow, done, asked } = aFlow()
  await flow.check(false)
  expect(asked[0]).toMatchObject({ message: 'Version 0.2.0 is there', detail: 'Better' })
  expect(done).toEqual(['look', 'download', 'gateway down', 'install'])
})

test.each([
  ['before the download', [0], ['look']],
  ['before the restart', [1, 0], ['look', 'download']],
])('later means later: %s', async (_when, answers, expected) => {
  const { flow, done } = aFlow({ answers })
  await flow.check(true)
  expect(done).toEqual(expected)
})

test('it is not installed while calls run', async () => {
  const { flow, done, asked } = aFlow({ calls: 1 })
  await flow.check(true)
  expect(done).toEqual(['look', 'download'])
  expect(asked.at(-1)?.message).toContain('calls are under way')
})

test.each(['0.1.0', '0.0.9', '0.2.0-beta.1', ''])('%j is no newer release', async (offered) => {
  const { flow, done, asked } = aFlow({ offered })
  await flow.check(false)
  expect([done, asked]).toEqual([['look'], []])
  await flow.check(true)
  expect(asked.at(-1)?.message).toBe('This is the newest version')
})

test('switched off, nobody is asked over the network until a person does', async () => {
  const { flow, done } = aFlow({ switchedOn: false, answers: [0] })
  await flow.check(false)
  expect(done).toEqual([])
  await flow.check(true)
  expect(done).toEqual(['look'])
})

test('a copy that something else updates says so', async () => {
  const { flow, done, asked } = aFlow({ isPackaged: false })
  await flow.check(true)
  await flow.check(false)
  expect(done).toEqual([])
  expect(asked.map(({ message }) => message)).toEqual(['This copy runs from its sources: update it with git.'])
})

test('without a network it is quiet, unless it was asked', async () => {
  const { flow, asked } = aFlow({ fails: true })
  await flow.check(false)
  expect(asked).toEqual([])
  await expect(flow.check(true)).rejects.toThrow('no network')
})

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createProgramFinder } from './program-finder.ts'

/** A home with a shell that knows a folder which the gateway's PATH does not, and counts how often it is asked. */
async function scene(profile = 'export PATH="$HOME/own:$PATH"') {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const home = dir.path
  await writeFile(join(home, '.bash_profile'), `echo asked >> ${home}/asked\n${profile}\n`)
  await mkdir(join(home, 'own'))
  const program = async (name: string, text = '#!/bin/sh\n') => {
    await mkdir(join(home, name, '..'), { recursive: true })
    await writeFile(join(home, name), text, { mode: 0o755 })
    return join(home, name)
  }
  const env = { PATH: '/usr/bin:/bin', HOME: home }
  const finder = (shellFirst = false, more: object = {}) =>
    createProgramFinder({ env, shellFirst, home, shell: '/bin/bash', limit: 5000, ...more })
  const asked = async () => {
    return (await readFile(join(home, 'asked'), 'utf8').catch(() => '')).split('\n').length - 1
  }
  return { home, program, finder, asked }
}

test('the shell is not asked for what the PATH of the gateway has', async () => {
  const { finder, asked } = await scene()
  expect(await finder().find('sh', '/')).toMatchObject({
    located: { kind: 'found', file: expect.stringMatching(/^\/(?:usr\/)?bin\/sh$/) },
    path: '/usr/bin:/bin',
    notes: [],
  })
  expect(await asked()).toBe(0)
})

test('what it has not is searched where the shell looks, which is asked once, and again when that is wanted', async () => {
  const { home, program, finder, asked } = await scene()
  const file = await program('own/mine')
  const programs = finder()
  const found = {
    located: { kind: 'found', file },
    path: expect.stringMatching(`^/usr/bin:/bin:${home}/own(?:$|:)`),
    notes: ['PATH of the login shell /bin/bash was searched too'],
  }
  expect(await programs.find('mine', '/')).toEqual(found)
  expect(await programs.find('mine', '/')).toEqual(found)
  expect((await programs.find('nobody-has-this', '/')).located.kind).toBe('missing')
  expect(await asked()).toBe(1)
  programs.refresh()
  await programs.find('mine', '/')
  expect(await asked()).toBe(2)
})

test('a script whose interpreter is missing is a reason to ask, too', async () => {
  const { program, finder, asked } = await scene()
  const file = await program('tool', '#!/usr/bin/env my-interpreter\n')
  await program('own/my-interpreter')
  expect((await finder().find(file, '/')).path).toContain('/own')
  expect(await asked()).toBe(1)
})

test('started from a desktop the shell comes first', async () => {
  const { program, finder } = await scene()
  const file = await program('own/sh')
  expect((await finder(true).find('sh', '/')).located).toEqual({ kind: 'found', file })
})

test('where the shell fails, the usual folders are searched, and that is said', async () => {
  const { home, program, finder } = await scene('exit 1')
  const old = await program('.nvm/versions/node/v9.11.2/bin/npx-of-test')
  const file = await program('.nvm/versions/node/v22.1.0/bin/npx-of-test')
  const uvx = await program('.local/bin/uvx-of-test')
  expect(old).not.toBe(file)
  const found = await finder().find('npx-of-test', '/')
  expect(found.located.file).toBe(file)
  expect(found.notes).toEqual(['/bin/bash ended with 1 before it answered; usual folders were searched instead'])
  expect((await finder(false, { shell: null }).find('uvx-of-test', '/')).located.file).toBe(uvx)
  expect((await finder().find(`${home}/no/such/file`, '/')).located.kind).toBe('missing')
})

test('a PATH of the server is the only one, and folders that are not absolute count for nothing', async () => {
  const { home, program, finder, asked } = await scene()
  await program('own/mine')
  expect((await finder().find('mine', '/', `${home}/elsewhere`)).located.kind).toBe('missing')
  // What lies in the working directory never takes the place of what was meant.
  expect((await finder().find('mine', `${home}/own`, '.:')).located.kind).toBe('missing')
  expect((await finder().find('./mine', `${home}/own`)).located).toEqual({ kind: 'found', file: `${home}/own/mine` })
  expect(await asked()).toBe(0)
})

import { rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'
import { assertAgreed, identifyProgram } from './program-identity.ts'

const changed = (how: RegExp) =>
  expect.objectContaining({ message: expect.stringMatching(how), problem: expect.objectContaining({ code: 'PROGRAM_CHANGED' }) })

test('a program is the one that was agreed to until it lies elsewhere, or its content is another', async () => {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const file = join(dir.path, 'server')
  await writeFile(file, 'one')
  const agreed = await identifyProgram(file)
  await assertAgreed(agreed, file)
  await assertAgreed(null, file)
  await expect(assertAgreed(agreed, '/usr/bin/server')).rejects.toEqual(changed(/elsewhere/))
  await writeFile(file, 'two')
  await expect(assertAgreed(agreed, file)).rejects.toEqual(changed(/content/))

  // A link that leads elsewhere is another program, too.
  const link = join(dir.path, 'link')
  await symlink(file, link)
  const through = await identifyProgram(link)
  await writeFile(join(dir.path, 'other'), 'evil')
  await symlink(join(dir.path, 'other'), `${link}.new`)
  await rename(`${link}.new`, link)
  await expect(assertAgreed(through, link)).rejects.toEqual(changed(/content/))
})

test('what is updated all the time may change, but not its place', async () => {
  const dir = await tempDir()
  onTestFinished(() => dir[Symbol.asyncDispose]())
  const npx = join(dir.path, 'npx')
  await writeFile(npx, 'one')
  const agreed = await identifyProgram(npx)
  expect(agreed).toEqual({ path: npx, sha256: null })
  await writeFile(npx, 'two')
  await assertAgreed(agreed, npx)
  await expect(assertAgreed(agreed, '/tmp/npx')).rejects.toEqual(changed(/elsewhere/))

  const of = (version: string, name = 'npx') => `/home/me/.nvm/versions/node/${version}/bin/${name}`
  await assertAgreed({ path: of('v22.1.0'), sha256: null }, of('v24.3.1'))
  await expect(assertAgreed({ path: of('v22.1.0', 'server'), sha256: null }, of('v24.3.1', 'server'))).rejects.toEqual(changed(/elsewhere/))
})

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { userFiles } from './user-files.ts'

function home(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lmg-home-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
const onPosix = process.platform !== 'win32'

test('a file, a link to one, an empty one, none', async () => {
  const dir = home()
  writeFileSync(join(dir, 'a'), 'žluť')
  writeFileSync(join(dir, 'empty'), '')
  expect(await userFiles.read(join(dir, 'a'))).toEqual({ text: 'žluť' })
  expect(await userFiles.read(join(dir, 'empty'))).toEqual({ text: '' })
  expect(await userFiles.read(join(dir, 'none'))).toBe('missing')
  expect(await userFiles.read(join(dir, 'a', 'below'))).toBe('missing')
  if (!onPosix) return
  symlinkSync(join(dir, 'a'), join(dir, 'link'))
  symlinkSync(join(dir, 'gone'), join(dir, 'dangling'))
  expect(await userFiles.read(join(dir, 'link'))).toEqual({ text: 'žluť' })
  expect(await userFiles.read(join(dir, 'dangling'))).toBe('missing')
})

test.runIf(onPosix)('what is no file is never opened: a pipe, a socket, a folder, a device, also at the end of a link', async () => {
  const dir = home()
  mkdirSync(join(dir, 'folder'))
  execFileSync('mkfifo', [join(dir, 'pipe')])
  const server = createServer().listen(join(dir, 'socket'))
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  for (const [at, target] of ['folder', 'pipe', 'socket', '/dev/zero', '/dev/tty'].entries()) {
    symlinkSync(target.startsWith('/') ? target : join(dir, target), join(dir, `link${at}`))
    if (!target.startsWith('/')) expect(await userFiles.read(join(dir, target)), target).toEqual({ problem: 'not_a_file' })
    expect(await userFiles.read(join(dir, `link${at}`)), `link to ${target}`).toEqual({ problem: 'not_a_file' })
  }
  symlinkSync(join(dir, 'loop'), join(dir, 'loop'))
  expect(await userFiles.read(join(dir, 'loop'))).toEqual({ problem: 'no_access' })
})

test('one that is too big is not read', async () => {
  const dir = home()
  writeFileSync(join(dir, 'huge'), '')
  truncateSync(join(dir, 'huge'), 50 * 1024 ** 3)
  expect(await userFiles.read(join(dir, 'huge'))).toEqual({ problem: 'too_big' })
})

test.runIf(onPosix && process.getuid?.() !== 0)('one that may not be read says so', async () => {
  const dir = home()
  writeFileSync(join(dir, 'a'), 'x')
  chmodSync(join(dir, 'a'), 0)
  expect(await userFiles.read(join(dir, 'a'))).toEqual({ problem: 'no_access' })
})

test('the first that is there, in the order of the list', async () => {
  const dir = home()
  writeFileSync(join(dir, 'b'), '')
  mkdirSync(join(dir, 'c'))
  expect(await userFiles.firstOf([join(dir, 'a'), join(dir, 'c'), join(dir, 'b')])).toBe(join(dir, 'c'))
  expect(await userFiles.firstOf([join(dir, 'a')])).toBeNull()
  expect(await userFiles.firstOf([])).toBeNull()
})

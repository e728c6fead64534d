import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { servePage, serveStatic } from './static-files.ts'

test('what is no file, cannot be a file, or fails while it is read ends its own answer only', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lmg-static-'))
  const server = createServer((req, res) => serveStatic(root, req.url ?? '/', res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    rmSync(root, { recursive: true, force: true })
  })
  const get = (path: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers: { connection: 'close' } })
  writeFileSync(join(root, 'index.html'), 'whole')
  mkdirSync(join(root, 'folder.js'))
  symlinkSync(join(root, 'gone.js'), join(root, 'leads-nowhere.js'))
  for (const path of ['/folder.js', '/leads-nowhere.js', '/index.html/below.js', `/${'long'.repeat(1000)}.js`])
    expect((await get(path)).status, path.slice(0, 20)).toBe(404)
  if (process.platform === 'linux') {
    // Its first page can be opened and not read.
    symlinkSync('/proc/self/mem', join(root, 'unreadable.js'))
    await get('/unreadable.js')
      .then((answer) => answer.text())
      .catch(() => 'the connection was ended')
  }
  expect(await (await get('/')).text()).toBe('whole')
})

test('the page says how it is to look, where that is known', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lmg-static-'))
  const looks = [{ theme: 'dark', contrast: 'more', motion: 'less', textSize: 'large', singleKeys: true } as const, null]
  const server = createServer((_req, res) => void servePage(root, res, looks.shift() ?? null))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    rmSync(root, { recursive: true, force: true })
  })
  writeFileSync(join(root, 'index.html'), '<!doctype html><html lang="en">')
  const get = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { connection: 'close' } })
  const answer = await get()
  expect(await answer.text()).toBe(
    '<!doctype html><html data-theme="dark" data-contrast="more" data-motion="less" data-text="large" lang="en">',
  )
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await (await get()).text()).toBe('<!doctype html><html lang="en">')
})

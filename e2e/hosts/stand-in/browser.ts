import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from '../../../tools/chromium.mjs'
import { Cdp } from './cdp.ts'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-startup-window',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-popup-blocking',
  '--window-size=1280,800',
  '--remote-debugging-port=0',
]

export interface Browser {
  readonly url: string
  readonly cdp: Cdp
  readonly child: ChildProcess
}

let browser: Promise<Browser> | null = null
let close = () => {}

/** Chromium, started when it is first needed. It ends with this process, however that ends. */
export function startBrowser(): Promise<Browser> {
  browser ??= start()
  return browser
}
export const closeBrowser = () => close()

async function start(): Promise<Browser> {
  const program = findChromium()
  if (!program) throw new Error('No Chromium was found')
  const dir = mkdtempSync(join(tmpdir(), 'lmg-stand-in-'))
  // The shell outlives us by the moment that it needs to end the browser: its input ends when we are gone.
  const script = '"$@" <&- & read _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; rm -rf "$0"'
  const child = spawn('/bin/sh', ['-c', script, dir, program, ...FLAGS, `--user-data-dir=${dir}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  })
  close = () => {
    child.stdin?.end()
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  }
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said += chunk
      const found = /^DevTools listening on (ws:\/\/.*)$/m.exec(said)?.[1]
      if (found) resolve(found.trim())
    })
    child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)))
  })
  child.unref()
  return { url, cdp: await Cdp.open(url), child }
}

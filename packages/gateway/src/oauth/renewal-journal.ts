import { spawn } from 'node:child_process'
import { createDecipheriv } from 'node:crypto'
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { classifyHost, type Journal } from '@local-mcp/core'
import { addressAllowed, guardedLookup } from '../upstream/guarded-lookup.ts'
import { createOutboundFetch, OutboundRefused } from './outbound-fetch.ts'

/**
 * A server that hands out a new refresh token with each renewal takes the old one away: an answer that is lost with the
 * gateway means a sign-in by hand. So the one request is made by a process of its own, which goes on when the gateway is
 * killed, and leaves the answer in a file, sealed with a key that the database has.
 */
const SCRIPT = `
const fs = require('node:fs'), crypto = require('node:crypto'), { isIP } = require('node:net')
process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {})
let text = ''
process.stdin.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('end', () => {
  const order = JSON.parse(text)
  fs.writeFileSync(order.file + '.busy', String(process.pid), { mode: 0o600 })
  let ended = false
  const end = (answer) => {
    if (ended) return
    ended = true
    const iv = crypto.randomBytes(12)
    const cipher = crypto.createCipheriv('aes-256-gcm', Buffer.from(order.key, 'hex'), iv, { authTagLength: 16 })
    const sealed = Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final()])
    const fd = fs.openSync(order.file + '.part', 'w', 0o600)
    fs.writeSync(fd, Buffer.concat([iv, cipher.getAuthTag(), sealed]))
    fs.fsyncSync(fd)
    fs.closeSync(fd)
    fs.renameSync(order.file + '.part', order.file)
    process.exit(0)
  }
  const url = new URL(order.url)
  setTimeout(() => end({ failed: 'no whole answer within ' + order.timeoutMs + ' ms' }), order.timeoutMs)
  const lookup = (host, options, done) =>
    options.all ? done(null, order.addresses) : done(null, order.addresses[0].address, order.addresses[0].family)
  const request = (url.protocol === 'https:' ? require('node:https') : require('node:http')).request(
    url,
    { method: 'POST', headers: order.headers, lookup, agent: false },
    (response) => {
      const chunks = []
      let length = 0
      response.on('data', (chunk) => {
        length += chunk.length
        if (length > order.maxBytes) { end({ failed: 'the answer is too large' }); return }
        chunks.push(chunk)
      })
      response.on('end', () => end({ status: response.statusCode, type: response.headers['content-type'] || '', body: Buffer.concat(chunks).toString('utf8') }))
      response.on('error', (error) => end({ failed: error.code || error.message }))
      response.on('aborted', () => end({ failed: 'the connection broke' }))
    },
  )
  request.on('error', (error) => end({ failed: error.code || error.message }))
  request.end(order.body)
})
`

const TIMEOUT = 15_000
const LOOKUP_TIMEOUT = 5000
const MAX_ANSWER = 2 ** 20
/** How long the process may take to begin, beside the time for its request, in milliseconds. */
const TO_BEGIN = 1000
const POLL = 50
/** A file that nobody asked for in that time is of an account that is gone, in milliseconds. */
const FORGOTTEN = 24 * 60 * 60_000

type Answer = { readonly status: number; readonly type: string; readonly body: string } | { readonly failed: string }

/** There is no answer of an earlier life, and none will come. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost'
}

export interface RenewalJournal {
  /** Sends, or with `replay` finds the answer to what was sent. @throws AnswerLost, OutboundRefused, Error where it failed on the way */
  fetch(journal: Journal, allowPrivate: boolean): (input: string | URL, init?: RequestInit) => Promise<Response>
  settle(id: string): void
}

/**
 * @param folder for answers that were not stored yet; made when it is needed
 * @param apart whether this program can be started as a plain Node; where it cannot, as in a packaged desktop app, the
 *   request is made here, and an answer that is lost with the process is lost
 */
export function createRenewalJournal(folder: string, env: Readonly<Record<string, string | undefined>>, apart = true): RenewalJournal {
  const fileOf = (id: string) => join(folder, id)
  let swept = false

  function sweep(): void {
    if (swept) return
    swept = true
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > FORGOTTEN) rmSync(path, { force: true })
    }
  }

  /** Where it may be connected to: what was checked is what the other process uses. */
  async function addressesOf(url: URL, allowPrivate: boolean): Promise<LookupAddress[]> {
    const loopback = classifyHost(url) === 'loopback'
    const secure = url.protocol === 'https:' || (url.protocol === 'http:' && loopback)
    if (!secure || !addressAllowed(classifyHost(url), allowPrivate))
      throw new OutboundRefused(secure ? 'ADDRESS_FORBIDDEN' : 'INSECURE_URL', `${url.origin}: no address that the gateway connects to`)
    const look = promisify(guardedLookup(allowPrivate, dnsLookup, url.protocol === 'http:' ? 'loopback' : undefined)) as (
      host: string,
      options: object,
    ) => Promise<unknown>
    return (await look(url.hostname.replace(/^\[|\]$/g, ''), { all: true })) as LookupAddress[]
  }

  function run(order: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['-e', SCRIPT], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        windowsHide: true,
        // A copy of Electron is a Node with this; nothing else of our environment is its business.
        env: { ELECTRON_RUN_AS_NODE: '1', NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS, SystemRoot: env.SystemRoot },
      })
      child.once('error', reject)
      child.once('exit', () => resolve())
      child.stdin.on('error', () => {})
      child.stdin.end(JSON.stringify(order))
    })
  }

  function read(file: string, key: string): Answer | null {
    let bytes: Buffer
    try {
      bytes = readFileSync(file)
    } catch {
      return null
    }
    try {
      const open = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), bytes.subarray(0, 12), { authTagLength: 16 })
      open.setAuthTag(bytes.subarray(12, 28))
      return JSON.parse(Buffer.concat([open.update(bytes.subarray(28)), open.final()]).toString('utf8'))
    } catch {
      return null
    }
  }

  /** Waits for the answer of a process that an earlier gateway started, for as long as it may still come. */
  async function find(file: string, key: string): Promise<Answer | null> {
    const begun = performance.now()
    for (;;) {
      const answer = read(file, key)
      const passed = performance.now() - begun
      if (answer || passed > TIMEOUT + TO_BEGIN || !(await mayCome(file, passed))) return answer ?? read(file, key)
      await new Promise((resolve) => setTimeout(resolve, POLL))
    }
  }

  async function mayCome(file: string, passed: number): Promise<boolean> {
    let pid: number
    try {
      pid = Number(readFileSync(`${file}.busy`, 'utf8'))
    } catch {
      return false
    }
    return passed < TO_BEGIN || isAlive(pid)
  }

  return {
    fetch:
      ({ id, key, replay }, allowPrivate) =>
      async (input, init = {}) => {
        const file = fileOf(id)
        if (!apart) {
          if (replay) throw new AnswerLost('The renewal left no answer')
          return createOutboundFetch({ allowPrivate, timeoutMs: TIMEOUT })(input, init)
        }
        if (!replay) {
          mkdirSync(folder, { recursive: true, mode: 0o700 })
          sweep()
          // Whoever comes after us knows from this that one may be about to begin.
          writeFileSync(`${file}.busy`, String(process.pid), { mode: 0o600 })
          const url = new URL(input)
          const addresses = await inTime(addressesOf(url, allowPrivate), url.host)
          const headers = { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' }
          const body = String(init.body ?? '')
          const order = { url: url.href, headers, body, addresses, key, file, timeoutMs: TIMEOUT, maxBytes: MAX_ANSWER }
          await run({ ...order, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } })
        }
        const answer = await find(file, key)
        if (!answer) throw new AnswerLost('The renewal left no answer')
        if ('failed' in answer) throw new Error(answer.failed)
        if (answer.status >= 300 && answer.status < 400)
          throw new OutboundRefused('REDIRECT_FORBIDDEN', 'What was sent is not sent on to another address')
        return new Response([204, 205, 304].includes(answer.status) ? null : answer.body, {
          status: answer.status,
          headers: { 'content-type': answer.type },
        })
      },

    settle(id) {
      for (const suffix of ['', '.busy', '.part']) rmSync(fileOf(id) + suffix, { force: true })
    },
  }
}

/** A name that is looked up for too long. */
async function inTime<Found>(looking: Promise<Found>, host: string): Promise<Found> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutboundRefused('TIMEOUT', `${host}: not found within ${LOOKUP_TIMEOUT} ms`)), LOOKUP_TIMEOUT)
  })
  return Promise.race([looking, late]).finally(() => clearTimeout(timer))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

import { get as httpGet } from 'node:http'
import type { GatewayProcess } from '../gateway-process.ts'

/** What a browser shows in the end. */
export interface BrowserPage {
  readonly status: number
  readonly url: string
  readonly text: string
  /** Every address that it was sent to on the way, the first included. */
  readonly way: readonly string[]
}

/** Node's `fetch` says itself what a navigation is. */
const get = (url: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ status: number; location: string | null; text: string }>((resolve, reject) => {
    const request = httpGet(url, { headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? null, text }))
    })
    request.on('error', reject)
  })

/** Opens an address as the browser of a person does: follows redirects, as a navigation that may come from another site. */
export async function browse(address: string, headers: Readonly<Record<string, string>> = {}): Promise<BrowserPage> {
  const way = [address]
  for (let hop = 0; hop < 10; hop++) {
    const url = way.at(-1) as string
    const site = hop === 0 ? 'none' : 'cross-site'
    const { status, location, text } = await get(url, {
      'sec-fetch-site': site,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...headers,
    })
    if (location === null) return { status, url, text, way }
    way.push(new URL(location, url).href)
  }
  throw new Error(`Redirected without end: ${way.join(' → ')}`)
}

/** The management API of a gateway, as whoever has an admin token. */
export async function adminApi(gateway: GatewayProcess) {
  const { token } = await gateway.cli<{ token: string }>('token', 'create', '--name', `admin-${Math.random()}`, '--admin')
  return async <Answer = Record<string, never>>(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Answer; text: string }> => {
    const response = await fetch(`${gateway.origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, text, body: (text && JSON.parse(text)) as Answer }
  }
}

export type AdminApi = Awaited<ReturnType<typeof adminApi>>

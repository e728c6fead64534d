import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Asked, createEndpoints, type Reply } from './authorization-endpoints.ts'
import { createClients } from './clients.ts'
import {
  DEFAULTS,
  type FakeAuthorization,
  type FakeControl,
  type Fault,
  type Place,
  type Received,
  type Settings,
} from './fake-authorization.types.ts'
import { createGrants, OAuthError, type Tally } from './grants.ts'
import { metadataPath, resourceDocument, resourceMetadataPath, serverDocument } from './metadata-documents.ts'
import { createProtectedResource } from './protected-resource.ts'

const KEPT = 1000
/** Where a fake in a process of its own is steered: `{name, args}` of the control as JSON. */
export const CONTROL_PATH = '/control-of-the-fake'

/**
 * An MCP server that wants tokens, and the authorization server that gives them, on two ports of 127.0.0.1. They check
 * what real ones check, so that a client which passes here did it right: PKCE, exact redirect addresses, the resource
 * in both requests, how a client authenticates, and that a refresh token is used once.
 */
export async function startFakeAuthorization(initial: Partial<Settings> = {}): Promise<FakeAuthorization> {
  let settings: Settings = { ...DEFAULTS, ...initial }
  let passed = 0
  const counts: Tally = {
    authorizations: 0,
    signIns: 0,
    grants: 0,
    refreshes: 0,
    reuses: 0,
    registrations: 0,
    revocations: 0,
    calls: 0,
    held: 0,
    refused: {},
  }
  const received: Received[] = []
  const faults: { readonly place: Place; readonly fault: Fault }[] = []
  const letGo: (() => void)[] = []
  const now = () => Date.now() / 1000 + passed
  const current = () => settings
  const clients = createClients(current, now)
  const grants = createGrants(current, counts, now)
  const endpoints = createEndpoints(current, counts, clients, grants)
  const resource = createProtectedResource(current, counts, grants)

  const control: FakeControl = {
    async set(changes) {
      settings = { ...settings, ...changes }
    },
    async fail(place, fault, times = 1) {
      for (let each = 0; each < times; each++) faults.push({ place, fault })
    },
    async release() {
      for (const go of letGo.splice(0)) go()
    },
    async advance(seconds) {
      passed += seconds
    },
    counts: async () => structuredClone(counts),
    received: async () => [...received],
    async addClient(client) {
      clients.add(client)
    },
    forgetClients: async () => clients.forgetAll(),
    endGrants: async () => grants.endAll(),
  }

  /** @returns what the path is for, on the port that it was asked on; null: nothing is there */
  function placeOf(path: string, own: boolean): Place | null {
    if (!own && path === '/mcp') return 'mcp'
    if (!own && path === resourceMetadataPath(settings)) return 'resource-metadata'
    if (own !== (settings.authorizationAt === 'own')) return null
    if (path === metadataPath(settings)) return 'metadata'
    const { issuerPath, registration, revocation } = settings
    const end = path.startsWith(issuerPath) ? path.slice(issuerPath.length) : ''
    if (end === '/authorize' || end === '/token') return end.slice(1) as Place
    if (end === '/revoke') return revocation ? 'revoke' : null
    return registration && /^\/register(\/|$)/.test(end) ? 'register' : null
  }

  function answer(place: Place, asked: Asked): Reply {
    switch (place) {
      case 'mcp':
        return resource(asked)
      case 'resource-metadata':
        return { status: 200, body: resourceDocument(settings, asked.resource, asked.issuer) }
      case 'metadata':
        return { status: 200, body: serverDocument(settings, asked.issuer) }
      case 'register':
        return endpoints.register(asked, `${settings.issuerPath}/register`)
      default:
        return endpoints[place](asked)
    }
  }

  async function hold(): Promise<void> {
    counts.held++
    await new Promise<void>((resolve) => letGo.push(resolve))
    counts.held--
  }

  async function serve(req: IncomingMessage, res: ServerResponse, own: boolean): Promise<void> {
    let body = ''
    for await (const chunk of req) body += chunk
    const { url: path = '/', method = 'GET', headers } = req
    const url = new URL(path, own ? origin : resourceOrigin)
    if (own && url.pathname === CONTROL_PATH) {
      const { name, args } = JSON.parse(body) as { name: keyof FakeControl; args: [never, never, never] }
      return send(res, { status: 200, body: (await control[name](...args)) ?? null })
    }
    const place = placeOf(url.pathname, own)
    const authorization = headers.authorization ?? null
    received.push({ place, method, url: url.href, authorization, body })
    if (received.length > KEPT) received.shift()
    if (!place) return send(res, { status: 404 })
    const at = faults.findIndex((one) => one.place === place)
    const fault = at < 0 ? null : faults.splice(at, 1)[0]?.fault
    if (fault === 'drop-before') return void res.destroy()
    if (fault === 'hold-before') await hold()
    if (fault === '500' || fault === '503') return send(res, { status: Number(fault), body: 'Something <b>broke</b>' })
    if (fault === 'html')
      return send(res, { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Welcome</h1>' })
    const issuer = `${settings.authorizationAt === 'own' ? origin : resourceOrigin}${settings.issuerPath}`
    const asked = { method, url, authorization, body, issuer, resource: `${resourceOrigin}/mcp` }
    if (fault === 'invalid_client') return send(res, endpoints.refusal(new OAuthError('invalid_client', 'No such client', 401), asked))
    const reply = answer(place, asked)
    if (fault === 'hold-after') await hold()
    if (fault === 'drop-after') return void res.destroy()
    send(res, reply)
  }

  const open = async (own: boolean) => {
    const server = createServer((req, res) => {
      // A request that makes no sense is told so; what a client gave up while it was held is over.
      serve(req, res, own).catch((error) => res.headersSent || res.writeHead(400).end(String(error)))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }
  const [{ server, origin }, { server: resourceServer, origin: resourceOrigin }] = [await open(true), await open(false)]

  return {
    ...control,
    origin,
    mcpUrl: `${resourceOrigin}/mcp`,
    async [Symbol.asyncDispose]() {
      await control.release()
      for (const one of [server, resourceServer]) {
        one.closeAllConnections()
        await new Promise((resolve) => one.close(resolve))
      }
    },
  }
}

function send(res: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' }
  res.writeHead(status, { ...type, ...headers }).end(text)
}

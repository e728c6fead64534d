import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthorizationServer, GrantTerms } from '@local-mcp/core'
import { newId } from '@local-mcp/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFakeNetwork, type FakeNetwork } from '../testing/fake-network.ts'
import { INSIDE, LOOPBACK } from '../testing/inside-hosts.ts'
import { createAuthorizationClient } from './authorization-client.ts'
import { createRenewalJournal } from './renewal-journal.ts'

let network: FakeNetwork
beforeAll(async () => {
  network = await createFakeNetwork()
})
afterAll(() => network[Symbol.asyncDispose]())

const json = (body: object) => (_: unknown, res: { setHeader(name: string, value: string): void; end(text: string): void }) => {
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify(body))
}
const target = { url: 'https://mcp.example/mcp', allowPrivateNetwork: false, config: null, challenge: null }
const client = { clientId: 'id', clientSecret: 'secret' }
const server = (endpoint: string): AuthorizationServer => ({
  issuer: 'https://auth.example',
  issuers: ['https://auth.example'],
  resource: null,
  authorizationEndpoint: 'https://auth.example/authorize',
  tokenEndpoint: 'https://auth.example/token',
  registrationEndpoint: endpoint,
  revocationEndpoint: null,
  authMethods: null,
  namesIssuer: false,
  takesMetadataUrl: false,
  scopes: [],
  challengedScope: null,
  offersOfflineAccess: false,
})
const terms = (endpoint: string): GrantTerms => ({
  origin: 'https://mcp.example',
  issuer: 'https://auth.example',
  tokenEndpoint: endpoint,
  revocationEndpoint: endpoint,
  authMethods: null,
  namesIssuer: false,
  resource: null,
  registrationId: newId<'registration'>(),
})

/** Every place at which a stranger's address is fetched, and how it gets there. */
function sites() {
  const oauth = createAuthorizationClient(createRenewalJournal(join(tmpdir(), `lmg-${newId()}`), {}), network.network)
  const inApp = createAuthorizationClient(createRenewalJournal(tmpdir(), {}, false), network.network)
  const names = (resource: object, metadata: object = {}) => {
    network.answer({
      'mcp.example/.well-known/oauth-protected-resource/mcp': json({ resource: target.url, ...resource }),
      'auth.example/.well-known/oauth-authorization-server': json({
        issuer: 'https://auth.example',
        authorization_endpoint: 'https://auth.example/authorize',
        token_endpoint: 'https://auth.example/token',
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        ...metadata,
      }),
    })
    return oauth.discover(target)
  }
  return {
    'metadata that a refusal names': (url: string) =>
      oauth.discover({ ...target, challenge: { status: 401, resourceMetadataUrl: url, scope: null, error: null } }),
    'an authorization server that a server names': (url: string) => names({ authorization_servers: [url] }),
    'a token endpoint in metadata': (url: string) => names({ authorization_servers: ['https://auth.example'] }, { token_endpoint: url }),
    'a registration endpoint in metadata': (url: string) =>
      names({ authorization_servers: ['https://auth.example'] }, { registration_endpoint: url }),
    'an authorization endpoint in metadata': (url: string) =>
      names({ authorization_servers: ['https://auth.example'] }, { authorization_endpoint: url }),
    registration: (url: string) => oauth.register(target, server(url), {}),
    'a code that becomes a token': (url: string) =>
      oauth.exchange(target, terms(url), client, { code: 'c', codeVerifier: 'v', redirectUri: 'http://127.0.0.1/' }),
    'a renewal': (url: string) => oauth.refresh(target, terms(url), client, 'r', { id: newId(), key: '00'.repeat(32), replay: false }),
    'a renewal within the desktop app': (url: string) =>
      inApp.refresh(target, terms(url), client, 'r', { id: newId(), key: '00'.repeat(32), replay: false }),
    'a revocation': (url: string) => oauth.revoke(target, terms(url), client, 't', 'refresh_token'),
  }
}

describe('an address inside is never contacted, whoever names it', () => {
  test.each(Object.keys({ ...sitesByName() }))('%s', async (site) => {
    network.names['mcp.example'] = ['93.184.216.34']
    network.names['auth.example'] = ['93.184.216.34']
    // Names that look harmless and lead inside.
    network.names['inside.example'] = ['192.168.0.1']
    network.names['flip.example'] = ['127.0.0.1']
    const work = sites()[site as keyof ReturnType<typeof sites>]
    let tried = 0
    for (const host of [...LOOPBACK, ...INSIDE, 'inside.example', 'flip.example'])
      for (const scheme of ['https', 'http']) {
        tried++
        network.dialled.length = 0
        const outcome = await work(`${scheme}://${host}/x`).then(
          () => 'done',
          (error: { code?: string }) => error.code ?? 'failed',
        )
        // Names are looked up where they are connected to; what discovery only reads of them is not contacted.
        const readOnly = site.endsWith('in metadata') && host.endsWith('.example') && scheme === 'https'
        if (!readOnly) expect(outcome, `${scheme}://${host}`).not.toBe('done')
        expect(
          network.dialled.filter((address) => address !== '93.184.216.34'),
          `${scheme}://${host}`,
        ).toEqual([])
      }
    expect(tried).toBeGreaterThanOrEqual(120)
  })
})

function sitesByName(): Record<string, null> {
  return {
    'metadata that a refusal names': null,
    'an authorization server that a server names': null,
    'a token endpoint in metadata': null,
    'a registration endpoint in metadata': null,
    'an authorization endpoint in metadata': null,
    registration: null,
    'a code that becomes a token': null,
    'a renewal': null,
    'a renewal within the desktop app': null,
    'a revocation': null,
  } satisfies Record<keyof ReturnType<typeof sites>, null>
}

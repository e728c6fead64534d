import { expect, test } from 'vitest'
import { buildCatalog } from '../catalog/catalog.ts'
import { parseFrame } from '../testing/relay.ts'
import { NO_OFFER, readItem } from '../upstream/listing.ts'
import type { EndpointView } from './endpoint.ts'
import { type ClientRequest, createMethods } from './methods.ts'

const REQUESTS = [
  ['tools/call', '{"name":"late"}'],
  ['prompts/get', '{"name":"late"}'],
  ['resources/read', '{"uri":"late:1"}'],
  ['completion/complete', '{"ref":{"type":"ref/prompt","name":"late"}}'],
] as const

/** A request that has to wait for a server, whose lists are known only then. @param welcome whether it still is afterwards */
async function handle(method: string, params: string, welcome: boolean) {
  const item = (member: 'name' | 'uri', key: string) => [readItem(Buffer.from(JSON.stringify({ [member]: key })), member) as never]
  const offer = { ...NO_OFFER, tool: item('name', 'late'), prompt: item('name', 'late'), resource: item('uri', 'late:1') }
  let ready = false
  let isWelcome = true
  const server = (id: string) => ({
    id: id as never,
    slug: id,
    offer: ready ? offer : NO_OFFER,
    era: 'legacy' as const,
    overHttp: false,
    choices: [],
    isWithheld: () => false,
  })
  const view = {
    catalog: () => buildCatalog('first_wins', [server('s')]),
    async prepare() {
      ready = true
      isWelcome = welcome
    },
    resourceServers: () => ['s'],
    serverHas: () => true,
  } as unknown as EndpointView
  const forwarded: string[] = []
  const answered: string[] = []
  const methods = createMethods(
    ({ frame }) => forwarded.push(frame.method),
    'test',
    () => {},
  )
  await methods.handle({
    frame: parseFrame(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`),
    id: Buffer.from('1'),
    client: { era: 'legacy' },
    view,
    headers: null,
    reply: { end: (message: Buffer) => answered.push(message.toString()) },
    isWelcome: () => isWelcome,
  } as unknown as ClientRequest)
  return { forwarded, answered }
}

test.each(REQUESTS)('%s waits for a server that was never listed', async (method, params) => {
  expect(await handle(method, params, true)).toEqual({ forwarded: [method], answered: [] })
})

test.each(REQUESTS)('%s goes to no server if its token was revoked meanwhile', async (method, params) => {
  expect((await handle(method, params, false)).forwarded).toEqual([])
})

import assert from 'node:assert/strict'
import { openModernClient } from '../modern-client.ts'
import { waitFor } from '../wait-for.ts'
import type { GridRow } from './grid.types.ts'

const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'
const textOf = (result: object) => (result as { content: { text: string }[] }).content[0]?.text
const keysOf = (list: unknown, key: string) => (list as Record<string, unknown>[]).map((item) => item[key])

/** What a client asks for and a server answers. */
export const PLAIN_ROWS: readonly GridRow[] = [
  {
    capability: 'opening (`initialize` or `server/discover`): era, capabilities, instructions',
    async prove({ client, column }) {
      assert.equal(client.era, column.client === 'old' ? 'legacy' : 'modern')
      assert.equal(client.serverInfo().name, 'local-mcp-gateway')
      assert.match(client.instructions() ?? '', /test upstream/)
      const capabilities = client.capabilities()
      assert.partialDeepStrictEqual(capabilities, {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      })
      const tasks = Object.keys((capabilities.extensions as object) ?? {}).includes('io.modelcontextprotocol/tasks')
      assert.equal(tasks, column.client === 'new' && column.server === 'modern')
    },
  },
  {
    capability: 'tools/list: every page of the server, definitions unchanged',
    async prove({ client }) {
      const tools = await client.listTools()
      const names = keysOf(tools, 'name')
      assert.equal(new Set(names).size, names.length)
      // The servers give three entries a page.
      for (const name of ['test_simple_text', 'test_x_mcp_header', 'grid_odd', 'slow_compute']) assert.ok(names.includes(name), name)
      const { inputSchema } = tools.find(({ name }) => name === 'json_schema_2020_12_tool') as { inputSchema: Record<string, unknown> }
      assert.deepEqual(inputSchema.$defs, {
        address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
      })
      assert.deepEqual(inputSchema.allOf, [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }])
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      assert.partialDeepStrictEqual(inputSchema, { then: { required: ['phone'] }, additionalProperties: false })
    },
  },
  {
    capability: 'tools/call: text, image, audio, embedded resource, `isError`',
    async prove({ client }) {
      assert.equal(textOf(await client.callTool('test_simple_text')), 'This is a simple text response for testing.')
      const kinds = async (name: string) => keysOf((await client.callTool(name)).content, 'type')
      assert.deepEqual(await kinds('test_multiple_content_types'), ['text', 'image', 'resource'])
      assert.deepEqual(await kinds('test_audio_content'), ['audio'])
      assert.equal((await client.callTool('test_error_handling')).isError, true)
    },
  },
  {
    capability: 'tools/call: structured content that is an object',
    async prove({ client }) {
      assert.deepEqual((await client.callTool('grid_object')).structuredContent, { rows: [1, 2] })
    },
  },
  {
    capability: 'tools/call: structured content of another type',
    impossible: ({ server }) => (server === 'legacy' ? 'the revisions with sessions know structured content as an object only' : null),
    async prove({ client, column }) {
      const seen = column.client === 'old' ? { result: [1, 2, 3] } : [1, 2, 3]
      assert.deepEqual((await client.callTool('grid_array')).structuredContent, seen)
      const tool = (await client.listTools()).find(({ name }) => name === 'grid_array')
      assert.partialDeepStrictEqual(tool, { outputSchema: { type: column.client === 'old' ? 'object' : 'array' } })
    },
    async instead({ client }) {
      await assert.rejects(client.request('tools/call', { name: 'grid_array' }), { code: -32602 })
    },
  },
  {
    capability: 'tools/call: unknown content types and fields of vendors, unchanged',
    async prove({ client, column, url, token }) {
      const params = { name: 'grid_odd', arguments: {} }
      // The new client itself refuses what its revision does not know.
      const result: Record<string, unknown> =
        column.client === 'old'
          ? await client.request('tools/call', params)
          : ((await openModernClient(url, token).request('tools/call', params)).result as never)
      assert.deepEqual(result.content, [
        { type: 'text', text: 'known', 'x-vendor': { n: 1 } },
        { type: 'x-hologram', frames: [[1], { deep: null }], annotations: { 'x-mood': 'blue' } },
      ])
      assert.deepEqual(result['x-top'], ['kept'])
      assert.partialDeepStrictEqual(result._meta, { 'com.acme/trace': 'abc' })
    },
  },
  {
    capability: 'tools/call: arguments that are mirrored in headers',
    async prove({ client }) {
      assert.equal(textOf(await client.callTool('test_x_mcp_header', { region: 'Köln, am Rhein', n: 3 })), 'region=Köln, am Rhein')
    },
  },
  {
    capability: 'resources: list, templates, read (text, binary, by template)',
    async prove({ client }) {
      const { resources } = await client.request('resources/list')
      assert.deepEqual(keysOf(resources, 'uri'), ['test://static-text', 'test://static-binary', 'test://watched-resource'])
      const { resourceTemplates } = await client.request('resources/templates/list')
      assert.deepEqual(keysOf(resourceTemplates, 'uriTemplate'), ['test://template/{id}/data'])
      const read = async (uri: string) => ((await client.request('resources/read', { uri })).contents as Record<string, unknown>[])[0]
      assert.partialDeepStrictEqual(await read('test://static-text'), { mimeType: 'text/plain' })
      assert.equal(typeof (await read('test://static-binary'))?.blob, 'string')
      assert.match(String((await read('test://template/7/data'))?.text), /Data for ID: 7/)
    },
  },
  {
    capability: 'prompts: list, get with arguments and embedded resources',
    async prove({ client }) {
      const { prompts } = await client.request('prompts/list')
      assert.equal((prompts as unknown[]).length, 5)
      const got = await client.request('prompts/get', { name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } })
      assert.match(JSON.stringify(got.messages), /arg1='a', arg2='b'/)
      const embedded = await client.request('prompts/get', {
        name: 'test_prompt_with_embedded_resource',
        arguments: { resourceUri: 'x:1' },
      })
      assert.match(JSON.stringify(embedded.messages), /"uri":"x:1"/)
    },
  },
  {
    capability: 'completion/complete for prompts and for resource templates',
    async prove({ client }) {
      const argument = { name: 'arg1', value: 'par' }
      for (const ref of [
        { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
        { type: 'ref/resource', uri: 'test://template/{id}/data' },
      ]) {
        const { completion } = await client.request('completion/complete', { ref, argument })
        assert.deepEqual((completion as { values: string[] }).values, ['paris', 'park', 'party'])
      }
    },
  },
  {
    capability: 'logging: only from the level on that the client wants, before the answer',
    async prove({ client, column }) {
      const logs = () => client.heard.filter(({ method }) => method === 'notifications/message')
      const call = async (level: string | null) => {
        const before = logs().length
        if (column.client === 'old') await client.request('logging/setLevel', { level: level ?? 'error' })
        const meta = column.client === 'new' && level ? { _meta: { [LOG_LEVEL]: level } } : {}
        await client.request('tools/call', { name: 'test_tool_with_logging', arguments: {}, ...meta })
        return logs()
          .slice(before)
          .map(({ params }) => params?.data)
      }
      assert.deepEqual(await call('info'), ['Tool execution started', 'Tool processing data', 'Tool execution completed'])
      assert.deepEqual(await call('warning'), [])
      assert.deepEqual(await call(null), [])
    },
  },
  {
    capability: 'progress, in order and before the answer',
    async prove({ client }) {
      const seen: number[] = []
      const onprogress = ({ progress }: { progress: number }) => seen.push(progress)
      assert.equal(textOf(await client.callTool('test_tool_with_progress', {}, { onprogress })), 'progressed')
      assert.deepEqual(seen, [0, 50, 100])
    },
  },
  {
    capability: 'cancelling reaches the server',
    async prove({ client }) {
      const count = async () => Number(textOf(await client.callTool('grid_cancelled')))
      const before = await count()
      const abort = new AbortController()
      const hanging = client.callTool('grid_hang', {}, { signal: abort.signal })
      const ended = assert.rejects(hanging)
      // Answered after the call that hangs was sent on, on the same pipe.
      await client.callTool('test_tool_with_progress')
      abort.abort()
      await ended
      await waitFor('the server to hear of it', async () => (await count()) === before + 1)
    },
  },
  {
    capability: 'errors: code, message and data of the server; what is not found has the code of the era',
    async prove({ client, column }) {
      const call = (name: string) => client.request('tools/call', { name, arguments: {} })
      await assert.rejects(call('grid_error'), (error: Error & { code: number; data: unknown }) => {
        assert.match(error.message, /out of paper/)
        assert.equal(error.code, 4711)
        assert.deepEqual(error.data, { tray: 2 })
        return true
      })
      await assert.rejects(call('no_such_tool'), { code: -32602 })
      await assert.rejects(client.request('prompts/get', { name: 'no_such_prompt' }), { code: -32602 })
      const uri = 'test://nothing'
      await assert.rejects(client.request('resources/read', { uri }), (error: Error & { code: number; data: unknown }) => {
        assert.equal(error.code, column.client === 'old' ? -32002 : -32602)
        assert.partialDeepStrictEqual(error.data, { uri })
        return true
      })
    },
  },
  {
    capability: 'methods of an extension that the gateway does not know',
    async prove({ client }) {
      assert.deepEqual((await client.request('com.acme/echo', { words: [1, 'two'] })).echoed, [1, 'two'])
      await assert.rejects(client.request('com.acme/nothing'), { code: -32601 })
    },
  },
]

import assert from 'node:assert/strict'
import { openRawSession } from '../mcp-client.ts'
import { openModernClient } from '../modern-client.ts'
import { waitFor } from '../wait-for.ts'
import type { GridBench, GridRow } from './grid.types.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const textOf = (result: object) => (result as { content: { text: string }[] }).content[0]?.text

/** Calls a tool and gives its text, and what the client was asked for on the way. */
async function askedBy({ client }: GridBench, name: string, args: Record<string, unknown> = {}) {
  const before = client.asked.length
  const text = textOf(await client.callTool(name, args))
  return { text, asked: client.asked.slice(before) }
}

/** Opens the client's ear once, and gives what it hears from then on. */
async function heardAfter({ client }: GridBench, method: string, act: () => Promise<unknown>) {
  const before = client.heard.length
  await act()
  return waitFor(method, () => client.heard.slice(before).find((one) => one.method === method))
}

const ir = 'test_input_required_result_'
const WATCHED = 'test://watched-resource'

/** What a server asks for, and what it says unasked. */
export const ASKING_ROWS: readonly GridRow[] = [
  {
    capability: 'sampling',
    async prove(bench) {
      const { text, asked } = await askedBy(bench, 'test_sampling', { prompt: 'Capital of France?' })
      assert.equal(text, 'LLM response: Paris')
      assert.deepEqual(
        asked.map(({ method }) => method),
        ['sampling/createMessage'],
      )
      assert.match(JSON.stringify(asked[0]?.params.messages), /Capital of France\?/)
    },
  },
  {
    capability: 'elicitation in a form, its schema unchanged',
    async prove(bench) {
      const { text } = await askedBy(bench, 'test_elicitation', { message: 'Who are you?' })
      assert.equal(text, 'User response: action: accept, content: {"username":"USERNAME","email":"EMAIL"}')
      const { asked } = await askedBy(bench, 'test_elicitation_sep1330_enums')
      const schema = asked[0]?.params.requestedSchema as { properties: Record<string, object> } | undefined
      assert.deepEqual(schema?.properties.legacyEnum, {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      })
    },
  },
  {
    capability: 'elicitation in a browser',
    async prove(bench) {
      const { text, asked } = await askedBy(bench, 'grid_url')
      assert.equal(text, 'went: accept')
      assert.partialDeepStrictEqual(asked[0]?.params, { mode: 'url', url: 'https://example.com/sign-in' })
      // Legacy clients need an id, whether or not the server has one.
      if (bench.column.client === 'old') assert.equal(typeof asked[0]?.params.elicitationId, 'string')
    },
  },
  {
    capability: 'the end of an elicitation in a browser is told',
    impossible: ({ client, server }) =>
      client === 'new' || server === 'modern' ? 'the modern revision has no `notifications/elicitation/complete`' : null,
    async prove(bench) {
      const done = await heardAfter(bench, 'notifications/elicitation/complete', () => bench.client.callTool('grid_url'))
      assert.deepEqual(done.params, { elicitationId: 'e-1' })
    },
    async instead({ client }) {
      await client.callTool('grid_url')
      assert.ok(!client.heard.some(({ method }) => method.startsWith('notifications/elicitation/')))
    },
  },
  {
    capability: 'an address that has to be visited before a call is answered',
    async prove(bench) {
      const { column, url, token } = bench
      const who = `ann-${column.client}`
      const call = () => askedBy(bench, 'grid_link', { who })
      if (column.client === 'old' && column.server === 'legacy') {
        // The error of 2025-11-25 as the server wrote it; the client goes there and calls again.
        await assert.rejects(call(), (error: { code?: number; data?: object }) => {
          assert.equal(error.code, -32042)
          assert.match(JSON.stringify(error.data), /"elicitationId":"link-ann-old"/)
          return true
        })
        assert.equal((await call()).text, `seen ${who}`)
        return
      }
      const { text, asked } = await call()
      assert.equal(text, `seen ${who}`)
      assert.deepEqual(
        asked.map(({ method, params }) => [method, params.mode, params.url]),
        [['elicitation/create', 'url', `https://example.com/${who}`]],
      )
      if (column.client === 'old') return
      // Who does not go there is told what the server said.
      const raw = openModernClient(url, token)
      const options = { capabilities: { elicitation: { url: {} } } }
      const first = (await raw.request('tools/call', { name: 'grid_link', arguments: { who: 'bob' } }, options)).result as unknown as {
        inputRequests: Record<string, object>
        requestState?: string
      }
      const inputResponses = Object.fromEntries(Object.keys(first.inputRequests).map((name) => [name, { action: 'decline' }]))
      const { requestState } = first
      const again = { name: 'grid_link', arguments: { who: 'bob' }, inputResponses, ...(requestState ? { requestState } : {}) }
      const { error } = await raw.request('tools/call', again, options)
      assert.equal(error?.code, column.server === 'modern' ? 4712 : -32042)
    },
  },
  {
    capability: 'roots',
    async prove(bench) {
      const { text } = await askedBy(bench, `${ir}list_roots`)
      assert.equal(text, 'roots: file:///project')
    },
  },
  {
    capability: 'one call that asks for several things at once or one after the other, with and without state',
    async prove(bench) {
      const several = await askedBy(bench, `${ir}multiple_inputs`)
      assert.equal(several.text, 'got user_name,greeting,client_roots')
      assert.equal(several.asked.length, 3)
      const rounds = await askedBy(bench, `${ir}multi_round`)
      assert.equal(rounds.text, bench.column.server === 'modern' ? 'NAME likes COLOR' : 'NAME COLOR')
      assert.equal(rounds.asked.length, 2)
      assert.equal((await askedBy(bench, `${ir}request_state`)).text, 'state-ok')
    },
  },
  {
    capability: 'prompts/get that asks before it answers',
    async prove({ client }) {
      const got = await client.request('prompts/get', { name: 'test_input_required_result_prompt' })
      assert.match(JSON.stringify(got.messages), /Context: CONTEXT/)
    },
  },
  {
    capability: 'resources: subscribe, updated',
    async prove(bench) {
      await bench.client.watch([WATCHED])
      const update = await heardAfter(bench, 'notifications/resources/updated', () =>
        bench.client.callTool('test_trigger_resource_update', { uri: WATCHED }),
      )
      assert.equal(update.params?.uri, WATCHED)
    },
  },
  {
    capability: 'list_changed of tools, prompts and resources',
    async prove(bench) {
      await bench.client.watch([])
      for (const [list, trigger] of [
        ['tools', 'test_trigger_tool_change'],
        ['prompts', 'test_trigger_prompt_change'],
        ['resources', 'grid_resource_list_change'],
      ] as const)
        await heardAfter(bench, `notifications/${list}/list_changed`, () => bench.client.callTool(trigger))
    },
  },
  {
    capability: 'ping',
    impossible: ({ client }) => (client === 'new' ? 'the modern revision has no `ping`: answered with -32601' : null),
    async prove({ client }) {
      await client.request('ping')
    },
    async instead({ url, token }) {
      assert.equal((await openModernClient(url, token).request('ping')).error?.code, -32601)
    },
  },
  {
    capability: 'tasks: start, get, result, cancel',
    impossible: ({ client, server }) =>
      client === 'old'
        ? 'the tasks of 2025-11-25 are experimental and another thing than the extension: not offered, answered with -32601'
        : server === 'legacy'
          ? 'the server has no tasks extension: not offered, and the tool answers at once'
          : null,
    async prove({ url, token }) {
      const client = openModernClient(url, token)
      // The official client refuses the extension on a modern connection.
      const options = { capabilities: { extensions: { [TASKS]: {} } } }
      const start = async (seconds: number) =>
        (await client.request('tools/call', { name: 'slow_compute', arguments: { seconds, label: 'x' } }, options)).result as unknown as {
          resultType: string
          taskId: string
        }
      const { resultType, taskId } = await start(0.2)
      assert.equal(resultType, 'task')
      const get = async (id: string) => (await client.request('tasks/get', { taskId: id }, options)).result as unknown as { status: string }
      const done = await waitFor('the task', async () => {
        const seen = await get(taskId)
        return seen.status === 'completed' && seen
      })
      assert.partialDeepStrictEqual(done, { taskId, result: { content: [{ text: 'computed x' }] } })
      const long = await start(60)
      await client.request('tasks/cancel', { taskId: long.taskId }, options)
      assert.equal((await get(long.taskId)).status, 'cancelled')
      assert.equal((await client.request('tasks/get', { taskId: 'not-ours' }, options)).error?.code, -32602)
    },
    async instead({ url, token, column }) {
      if (column.client === 'old') {
        const session = await openRawSession(url, token)
        assert.equal((await session.request(1, 'tasks/get', { taskId: 'x' })).error?.code, -32601)
        return
      }
      const options = { capabilities: { extensions: { [TASKS]: {} } } }
      const { result } = await openModernClient(url, token).request(
        'tools/call',
        { name: 'slow_compute', arguments: { label: 'x' } },
        options,
      )
      assert.equal(textOf(result as never), 'computed x')
    },
  },
]

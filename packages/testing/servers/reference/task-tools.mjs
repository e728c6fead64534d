// Tools of the tasks extension.
import { elicit, input } from './input.mjs'
import { obj, RpcError, sleep, str, text } from './protocol.mjs'
import { tool } from './tool-table.mjs'

tool('greet', 'sync only', obj({ name: str() }), (a) => text(`Hello, ${a.name ?? 'world'}!`))
tool(
  'slow_compute',
  'task',
  obj({ seconds: { type: 'number' }, label: str() }),
  async (a, c) => {
    for (let t = (a.seconds ?? 0) * 1000; t > 0 && !c.cancelled?.(); t -= 50) await sleep(Math.min(50, t))
    return text(`computed ${a.label ?? ''}`)
  },
  { $: { task: 'optional' } },
)
tool(
  'failing_job',
  'task',
  obj(),
  async () => {
    await sleep(900)
    return text('job failed', { isError: true })
  },
  { $: { task: 'required' } },
)
tool(
  'protocol_error_job',
  'task',
  obj(),
  async () => {
    await sleep(100)
    throw new RpcError(-32603, 'boom')
  },
  { $: { task: 'optional' } },
)
tool(
  'confirm_delete',
  'task',
  obj({ filename: str() }),
  async (_a, c) => {
    const r = await c.taskInput({ confirm: elicit('Delete?', { confirm: { type: 'boolean' } }, ['confirm']) })
    return text(`deleted: ${JSON.stringify(r.confirm)}`)
  },
  { $: { task: 'optional' } },
)
tool(
  'multi_input',
  'task',
  obj(),
  async (_, c) => {
    const r = await c.taskInput({ first: elicit('First?', { v: str() }, ['v']), second: elicit('Second?', { v: str() }, ['v']) })
    return text(JSON.stringify(r))
  },
  { $: { task: 'optional' } },
)
tool('test_tool_with_task', 'mrtr then task', obj(), async (_, c) => text(`Task for ${c.gathered?.user_name?.content?.name}`), {
  $: { task: 'required', before: (c) => input(c, { user_name: elicit('Name?', { name: str() }, ['name']) }) },
})

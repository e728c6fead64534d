// The tasks extension: a call that is started, looked at, fed and cancelled.
import { randomUUID } from 'node:crypto'
import { hub } from './hub.mjs'
import { RpcError, TASKS } from './protocol.mjs'

const tasks = new Map()
const view = (t) => {
  const { run, waiters, answers, ...v } = t
  return v
}
export function startTask(t, a, ctx) {
  const now = new Date().toISOString(),
    task = { taskId: randomUUID(), status: 'working', createdAt: now, lastUpdatedAt: now, ttlMs: 600000, pollIntervalMs: 200 }
  tasks.set(task.taskId, task)
  const touch = (p) => {
    Object.assign(task, p, { lastUpdatedAt: new Date().toISOString() })
    for (const l of hub.listens) if (l.filter.taskIds?.includes(task.taskId)) l.send('notifications/tasks', view(task))
  }
  const tctx = {
    ...ctx,
    cancelled: () => task.status === 'cancelled',
    progress() {},
    log() {},
    taskInput: (reqs) =>
      new Promise((res) => {
        task.answers = {}
        task.waiters = () => {
          for (const k of Object.keys(task.answers)) delete task.inputRequests?.[k]
          if (task.inputRequests && !Object.keys(task.inputRequests).length) {
            delete task.inputRequests
            touch({ status: 'working' })
            res(task.answers)
          } else touch({})
        }
        touch({ status: 'input_required', inputRequests: { ...reqs } })
      }),
  }
  Promise.resolve()
    .then(() => t.run(a, tctx))
    .then(
      (r) => {
        if (task.status !== 'cancelled') touch({ status: 'completed', result: r })
      },
      (e) => {
        if (task.status !== 'cancelled') touch({ status: 'failed', error: { code: e.code ?? -32603, message: e.message } })
      },
    )
  return { resultType: 'task', ...view(task) }
}
export const withoutTasks = () =>
  new RpcError(-32021, 'Missing required client capability', { requiredCapabilities: { extensions: { [TASKS]: {} } } }, 400)

/** tasks/get, tasks/update and tasks/cancel. */
export function answerTask(method, params, ctx) {
  if (!ctx.caps.extensions?.[TASKS]) throw withoutTasks()
  const task = tasks.get(params.taskId)
  if (!task) throw new RpcError(-32602, `Unknown task: ${params.taskId}`)
  if (method === 'tasks/get') return view(task)
  if (method === 'tasks/cancel') {
    if (['working', 'input_required'].includes(task.status)) {
      delete task.inputRequests
      task.status = 'cancelled'
      task.lastUpdatedAt = new Date().toISOString()
    }
  } else if (task.status === 'input_required') {
    for (const [k, v] of Object.entries(params.inputResponses ?? {})) if (task.inputRequests?.[k]) task.answers[k] = v
    task.waiters()
  }
  return {}
}

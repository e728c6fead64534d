import { z } from 'zod'
import { call, callDetail, callStatus, logSettings, logSummary, logUsage } from '../nouns/activity.ts'
import { ref, timestamp } from '../nouns/common.ts'
import { flag, operation } from './base.ts'

const number = <T extends z.ZodType<unknown, number>>(schema: T) => z.coerce.number().pipe(schema)

/** Which rows. What is absent limits nothing. */
const filters = {
  profile: ref.optional().describe('Id or slug'),
  server: ref.optional().describe('Id or slug'),
  token: z.uuid().optional(),
  method: z.string().min(1).max(100).optional(),
  status: callStatus.optional(),
  hasError: flag.optional(),
  from: number(timestamp).optional(),
  to: number(timestamp).optional().describe('Not included'),
  text: z.string().trim().min(1).max(200).optional().describe('In names, errors and payloads, whatever the case'),
}

export const logs = {
  /** The traffic log, the newest first, page by page. */
  list: operation('logs.read')
    .route({ method: 'GET', path: '/debug/logs', tags: ['logs'] })
    .input(
      z.strictObject({
        ...filters,
        limit: number(z.int().min(1).max(200)).optional().describe('Absent: 50'),
        before: z.string().max(100).optional().describe('`next` of the page before'),
      }),
    )
    .output(z.object({ rows: z.array(call), next: z.string().nullable().describe('Null where there is no more') })),
  summary: operation('logs.read')
    .route({ method: 'GET', path: '/debug/logs/summary', tags: ['logs'] })
    .input(
      z.strictObject({
        profile: filters.profile,
        server: filters.server,
        from: number(timestamp).optional().describe('Absent: a day ago'),
        to: number(timestamp).optional().describe('Absent: now'),
        step: z.enum(['hour', 'day']).optional().describe('Absent: hour'),
      }),
    )
    .output(logSummary),
  usage: operation('logs.read')
    .route({ method: 'GET', path: '/debug/logs/usage', tags: ['logs'] })
    .output(logUsage),
  get: operation('logs.read')
    .route({ method: 'GET', path: '/debug/logs/{log}', tags: ['logs'] })
    .input(z.strictObject({ log: z.uuid() }))
    .output(callDetail),
  clear: operation('admin.system_config')
    .route({ method: 'DELETE', path: '/debug/logs', tags: ['logs'] })
    .output(z.object({ removed: z.int().nonnegative() })),
  /** Makes a recorded call again, through the same profile, as the owner. What it does, it does again. */
  replay: operation('owner')
    .input(z.strictObject({ log: z.uuid() }))
    .output(callDetail),
  getSettings: operation('logs.read')
    .route({ method: 'GET', path: '/settings/logs', tags: ['settings'] })
    .output(logSettings),
  updateSettings: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/settings/logs', tags: ['settings'] })
    .input(z.strictObject(logSettings.partial().shape))
    .output(logSettings),
}

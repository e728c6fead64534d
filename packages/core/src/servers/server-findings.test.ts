import type { Server, ServerStatus } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { serverFindings } from './server-findings.ts'

const server = (name: string, status: Partial<ServerStatus>, more: Partial<Server> = {}) =>
  ({
    name,
    type: 'external',
    enabled: true,
    status: { state: 'disconnected', problem: null, program: null, toolCount: null, ...status },
    ...more,
  }) as Server

test('says of each server that is on how it does, and what was seen', () => {
  const problem = { code: 'NODE_MISSING', message: 'Node.js was not found', next: 'Install it.', evidence: ['PATH=/bin'] }
  const found = serverFindings([
    server('Well', { state: 'connected', toolCount: 3, program: '/usr/bin/well' }),
    server('Ill', { state: 'error', problem }),
    server('Idle', {}),
    server('Off', { state: 'disabled' }, { enabled: false }),
    server('Own', { state: 'connected' }, { type: 'builtin' }),
  ])
  expect(found).toEqual([
    { check: 'server Well', level: 'ok', message: 'connected, 3 tools', next: null, evidence: ['program: /usr/bin/well'] },
    { check: 'server Ill', level: 'warning', message: problem.message, next: problem.next, code: 'NODE_MISSING', evidence: ['PATH=/bin'] },
    { check: 'server Idle', level: 'info', message: 'starts when it is needed', next: null, evidence: [] },
  ])
})

import type { Finding, Server } from '@local-mcp/contract'

/** How the servers are doing, as the doctor says it. A server that fails is a warning: the gateway itself is well. */
export function serverFindings(servers: readonly Server[]): Finding[] {
  return servers
    .filter(({ enabled, type }) => enabled && type !== 'builtin')
    .map(({ name, status: { state, problem, program, toolCount } }) => {
      const check = `server ${name}`
      const where = program ? [`program: ${program}`] : []
      if (problem) {
        const { code, message, next, evidence } = problem
        return {
          check,
          level: 'warning',
          message,
          next,
          code,
          evidence: [...evidence, ...(evidence.some((line) => where.includes(line)) ? [] : where)],
        }
      }
      const message =
        state === 'connected' ? `connected, ${toolCount ?? 0} tools` : state === 'connecting' ? 'is starting' : 'starts when it is needed'
      return { check, level: state === 'connected' ? 'ok' : 'info', message, next: null, evidence: where }
    })
}

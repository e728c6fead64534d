import type { StartProcess } from '@local-mcp/runtime'
import { utilityProcess } from 'electron'

/** How a script is run in a process of its own where the program itself may not be used as Node, which its fuses forbid. */
export const startUtilityProcess: StartProcess = (entry, env) => {
  const child = utilityProcess.fork(entry, [], { env: { ...env }, execArgv: [], stdio: 'pipe', serviceName: 'database' })
  return {
    send: (order) => child.once('spawn', () => child.postMessage(order)),
    onMessage: (hear) => child.on('message', hear),
    onEnd: (ended) => child.once('exit', (code) => ended(code, null)),
    stderr: child.stderr,
    kill: () => child.kill(),
  }
}

import { homedir } from 'node:os'
import type { ExternalConfig, RemoteHttpConfig, RemoteSseConfig } from '@local-mcp/contract'
import { agreedProgram, type ServerRecord, type SourceLookUp } from '@local-mcp/core'
import type { Logger } from '@local-mcp/kernel'
import { UpstreamError } from './problems.ts'
import type { ProgramFinder } from './programs/program-finder.ts'
import { createRemoteTransport } from './remote-transport.ts'
import { createSseTransport } from './sse-transport.ts'
import { createStdioTransport } from './stdio-transport.ts'
import type { Keeper } from './supervision/keeper.ts'
import type { OutputTail } from './supervision/output-tail.ts'
import type { Transport } from './transport.ts'

export interface TransportOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values of sources that configurations refer to. */
  readonly lookUp: SourceLookUp
  readonly keeper: Keeper
  readonly programs: ProgramFinder
  readonly logger: Logger
  readonly builtin: () => Transport
}

/** The transport that the type of a server asks for. @throws UpstreamError for a type that cannot be started yet */
export function createTransport(
  record: ServerRecord,
  tail: OutputTail,
  { env, lookUp, keeper, programs, logger, builtin }: TransportOptions,
): Transport {
  const referable = { env, source: (name: string, key: string) => lookUp(record, name, key) }
  switch (record.type) {
    case 'external':
      return createStdioTransport({
        config: record.config as ExternalConfig,
        ...referable,
        defaultCwd: homedir(),
        keeper,
        programs,
        agreed: agreedProgram(record),
        onOutput(source, line) {
          tail.add(source, line)
          if (source === 'stdout')
            logger.debug('A server wrote something else than messages to stdout', { server: record.name, line: line.slice(0, 200) })
        },
      })
    case 'remote_http':
      return createRemoteTransport({ config: record.config as RemoteHttpConfig, referable })
    case 'remote_sse':
      return createSseTransport({ config: record.config as RemoteSseConfig, referable })
    case 'builtin':
      return builtin()
    default:
      throw new UpstreamError('NOT_MCP', [`Servers of type ${record.type} cannot be started yet`])
  }
}

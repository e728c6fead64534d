import { homedir } from 'node:os'
import type { ExternalConfig, RemoteHttpConfig, RemoteSseConfig } from '@local-mcp/contract'
import { type AccessSource, agreedProgram, type SecretSource, type ServerRecord, type SourceLookUp } from '@local-mcp/core'
import type { AccountId, Logger } from '@local-mcp/kernel'
import { createUpstreamAccess } from '../oauth/upstream-access.ts'
import { UpstreamError } from './problems.ts'
import type { ProgramFinder } from './programs/program-finder.ts'
import { orLocked, type Referable } from './references.ts'
import type { HeaderSources } from './remote-host.ts'
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
  /** Stored secrets that configurations refer to, and the API keys of servers. */
  readonly secrets: Pick<SecretSource, 'named' | 'apiKey'>
  /** Sign-ins at servers. */
  readonly access: AccessSource
  readonly keeper: Keeper
  readonly programs: ProgramFinder
  readonly logger: Logger
  readonly builtin: () => Transport
}

/** The transport that the type of a server asks for. @param account who is signed in there; null: the default account. @throws UpstreamError for a type that cannot be started yet */
export function createTransport(
  record: ServerRecord,
  account: AccountId | null,
  tail: OutputTail,
  { env, lookUp, secrets, access, keeper, programs, logger, builtin }: TransportOptions,
): Transport {
  const referable: Referable = { env, source: (name, key) => lookUp(record, name, key), secret: (name) => secrets.named(name) }
  const remote: HeaderSources = {
    ...referable,
    access: createUpstreamAccess(access, record.id, account),
    async apiKey() {
      if (!record.apiKey) return null
      const value = await orLocked(secrets.apiKey(record.id))
      if (value === null) throw new UpstreamError('SECRET_MISSING', [], 'the API key of this server')
      return { sent: record.apiKey, value }
    },
  }
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
      return createRemoteTransport({ config: record.config as RemoteHttpConfig, referable: remote })
    case 'remote_sse':
      return createSseTransport({ config: record.config as RemoteSseConfig, referable: remote })
    case 'builtin':
      return builtin()
    default:
      throw new UpstreamError('NOT_MCP', [`Servers of type ${record.type} cannot be started yet`])
  }
}

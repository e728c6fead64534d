import type { StoreReader, StoreWriter } from '@local-mcp/core'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { toAppError } from '../sqlite-error.ts'
import type { DamageReport } from './damaged-rows.ts'
import { createIdentityReader, createIdentityWriter } from './identity.repository.ts'
import { createKeyReader, createKeyWriter } from './keys.repository.ts'
import { createLeaseWriter } from './leases.repository.ts'
import { createLinkReader, createLinkWriter } from './links.repository.ts'
import { createOAuthReader, createOAuthWriter } from './oauth.repository.ts'
import { createPoolReader, createPoolWriter } from './pool.repository.ts'
import { createProfileReader, createProfileWriter } from './profiles.repository.ts'
import { createSecretReader, createSecretWriter } from './secrets.repository.ts'
import { createServerReader, createServerWriter } from './servers.repository.ts'
import { createSettingsReader, createSettingsWriter } from './settings.repository.ts'
import { createSourceReader, createSourceWriter } from './sources.repository.ts'
import { createTokenUsageReader, createTokenUsageWriter } from './token-usage.repository.ts'
import { createTokenReader, createTokenWriter } from './tokens.repository.ts'
import { createToolChoiceReader, createToolChoiceWriter } from './tool-choices.repository.ts'
import { createToolReader, createToolWriter } from './tools.repository.ts'

export function createReader(connection: Connection, report: DamageReport): StoreReader {
  const db = drizzle(connection)
  return {
    profiles: createProfileReader(db, report),
    servers: createServerReader(db, report),
    links: createLinkReader(db, report),
    tokens: createTokenReader(db, report),
    tokenUsage: createTokenUsageReader(db),
    secrets: createSecretReader(db, report),
    keys: createKeyReader(db, report),
    settings: createSettingsReader(db),
    pool: createPoolReader(db),
    sources: createSourceReader(db),
    tools: createToolReader(db, report),
    toolChoices: createToolChoiceReader(db, report),
    oauth: createOAuthReader(db, report),
    identity: createIdentityReader(db),
  }
}

export function createWriter(connection: Connection, report: DamageReport): StoreWriter {
  const db = drizzle(connection)
  return {
    profiles: createProfileWriter(db, report),
    servers: createServerWriter(db, report),
    links: createLinkWriter(db, report),
    tokens: createTokenWriter(db, report),
    tokenUsage: createTokenUsageWriter(db, connection),
    secrets: createSecretWriter(db, report),
    keys: createKeyWriter(db, report),
    settings: createSettingsWriter(db),
    pool: createPoolWriter(db),
    sources: createSourceWriter(db),
    tools: createToolWriter(db, report),
    toolChoices: createToolChoiceWriter(db, report),
    oauth: createOAuthWriter(db, report),
    leases: createLeaseWriter(db),
    identity: createIdentityWriter(db),
  }
}

function guardRepository<Repository extends object>(repository: Repository, before: () => void): Repository {
  return new Proxy(repository, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function') return method
      return async (...input: unknown[]) => {
        before()
        try {
          return await method.apply(target, input)
        } catch (error) {
          throw toAppError(error)
        }
      }
    },
  })
}

/** The same repositories; every call runs `before` first and throws AppErrors in place of SQLite's. */
export function guard<Repositories extends StoreReader>(repositories: Repositories, before: () => void): Repositories {
  const guarded = Object.entries(repositories).map(([name, repository]) => [name, guardRepository(repository, before)])
  return Object.fromEntries(guarded) as Repositories
}

import type { StoreReader, StoreWriter } from '@local-mcp/core'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { toAppError } from '../sqlite-error.ts'
import { createIdentityReader, createIdentityWriter } from './identity.repository.ts'
import { createLinkReader, createLinkWriter } from './links.repository.ts'
import { createPoolWriter } from './pool.repository.ts'
import { createProfileReader, createProfileWriter } from './profiles.repository.ts'
import { createServerReader, createServerWriter } from './servers.repository.ts'
import { createSettingsReader, createSettingsWriter } from './settings.repository.ts'
import { createTokenReader, createTokenWriter } from './tokens.repository.ts'
import { createToolReader, createToolWriter } from './tools.repository.ts'

export function createReader(connection: Connection): StoreReader {
  const db = drizzle(connection)
  return {
    profiles: createProfileReader(db),
    servers: createServerReader(db),
    links: createLinkReader(db),
    tokens: createTokenReader(db),
    settings: createSettingsReader(db),
    tools: createToolReader(db),
    identity: createIdentityReader(db),
  }
}

export function createWriter(connection: Connection): StoreWriter {
  const db = drizzle(connection)
  return {
    profiles: createProfileWriter(db),
    servers: createServerWriter(db),
    links: createLinkWriter(db),
    tokens: createTokenWriter(db),
    settings: createSettingsWriter(db),
    pool: createPoolWriter(db),
    tools: createToolWriter(db),
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

import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { KeyRecord, Principal, ProfileRecord, SecretRecord, ServerRecord, Store, StoreWriter, TokenRecord } from '@local-mcp/core'
import { type Clock, newId, type ServerId, silentLogger, type TeamId, type UserId } from '@local-mcp/kernel'
import { onTestFinished } from 'vitest'
import { type Connection, configureConnection, openConnection } from '../file/connection.ts'
import { guardRows } from '../integrity/guard-rows.ts'
import { parseMigrations } from '../migrate/migration.ts'
import type { SchemaSource } from '../migrate/schema-source.ts'
import type { OpenOptions } from '../open-database.ts'
import { openStore } from '../store.ts'

/** A folder that is removed when the test ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lmg-database-'))
  onTestFinished(() => {
    chmodSync(dir, 0o700)
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

export interface TestClock extends Clock {
  time: number
}

/** A clock that stands at 1,000 until it is moved. */
export function testClock(): TestClock {
  return {
    time: 1000,
    now() {
      return this.time
    },
  }
}

export function optionsFor(path = join(tempDir(), 'data', 'gateway.db'), more: Partial<OpenOptions> = {}): OpenOptions {
  return { path, appVersion: '1.2.3', clock: testClock(), logger: silentLogger, ...more }
}

/** A store that is closed when the test ends. */
export async function tempStore(options = optionsFor()): Promise<Store> {
  const store = await openStore(options)
  onTestFinished(() => store.close())
  return store
}

/** A connection as the store's own writer: for rows that no repository writes yet. */
export function openGuarded(path: string): Connection {
  const db = openConnection(path)
  configureConnection(db, path)
  guardRows(db)
  return db
}

/** Made-up migrations, numbered in the order given; the result is not compared with a manifest. */
export function schemaOf(...statements: string[]): SchemaSource {
  const files = statements.map((sql, index) => [`${String(index + 1).padStart(4, '0')}_step.sql`, sql])
  return { migrations: parseMigrations(Object.fromEntries(files)), manifest: null }
}

/** What a folder holds, byte for byte. */
export function fingerprint(path: string): Record<string, string> {
  const dir = dirname(path)
  return Object.fromEntries(
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        entry.name,
        createHash('sha256')
          .update(readFileSync(join(dir, entry.name)))
          .digest('hex'),
      ]),
  )
}

let sequence = 0
const unique = (prefix: string) => {
  sequence += 1
  return `${prefix}-${sequence}`
}

export function aProfile(more: Partial<ProfileRecord> = {}): ProfileRecord {
  return {
    id: newId<'profile'>(),
    name: 'Default',
    slug: unique('profile'),
    description: null,
    toolNaming: 'first_wins',
    version: 1,
    teamId: null,
    ownerEmail: null,
    visibility: 'private',
    createdAt: 1000,
    updatedAt: 1000,
    ...more,
  }
}

export function aServer(more: Partial<ServerRecord> = {}): ServerRecord {
  return {
    id: newId<'server'>(),
    name: unique('Server'),
    slug: unique('server'),
    type: 'external',
    config: { command: 'npx', args: ['-y', 'thing'], env: {} },
    apiKey: null,
    enabled: true,
    toolPolicy: 'all',
    approvedSha256: null,
    presetId: null,
    endpoint: `http://127.0.0.1:4444/s/${unique('x')}`,
    sources: [],
    lostSources: [],
    timeoutMs: 30_000,
    keepAlive: false,
    version: 1,
    teamId: null,
    ownerEmail: null,
    visibility: 'private',
    createdAt: 1000,
    updatedAt: 1000,
    ...more,
  }
}

export function aToken(userId: UserId, more: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id: newId<'token'>(),
    userId,
    name: unique('token'),
    tokenHash: unique('hash'),
    prefix: 'lmg_abcd',
    description: null,
    profileIds: null,
    serverIds: null,
    addresses: null,
    timeWindow: null,
    usageLimits: null,
    permissions: ['profiles.read'],
    expiresAt: null,
    lastUsedAt: null,
    usedCount: 0,
    revokedAt: null,
    createdAt: 1000,
    ...more,
  }
}

export function aSecret(name: string, more: Partial<SecretRecord> = {}): SecretRecord {
  return {
    id: newId<'secret'>(),
    name,
    scope: 'global',
    scopeId: null,
    value: 'v1:a',
    hint: null,
    lastUsedAt: null,
    createdAt: 1000,
    ...more,
  }
}

export function aKey(more: Partial<KeyRecord> = {}): KeyRecord {
  return { id: newId<'key'>(), wrappedKey: 'v1:a', wrapMethod: 'os', kdf: null, createdAt: 1000, retiredAt: null, ...more }
}

export function aLink(profile: ProfileRecord, server: { readonly id: ServerId }, order: number) {
  return {
    id: newId<'link'>(),
    profileId: profile.id,
    serverId: server.id,
    order,
    isActive: true,
    toolPolicy: 'all' as const,
    accountId: null,
  }
}

export const OWNER = { id: newId<'user'>(), email: 'owner@localhost', fullName: null }
export const TEAM = { id: newId<'team'>(), name: "Owner's Team", slug: 'personal-owner-localhost' }

/** The local owner as a viewer. */
export const owner: Principal = { userId: OWNER.id, email: OWNER.email, isLocalOwner: true, token: null, permissions: ['*'] }

export const viewer = (userId: UserId, email: string): Principal => ({
  userId,
  email,
  isLocalOwner: false,
  token: null,
  permissions: ['*'],
})

export const createOwner = (tx: StoreWriter) => tx.identity.createLocalOwner(OWNER, TEAM, 1000)

export const ownership = { ownerEmail: OWNER.email, teamId: TEAM.id as TeamId }

import type { AccountRecord, GrantRecord, OAuthReader, OAuthWriter, RegistrationRecord } from '@local-mcp/core'
import { and, desc, eq, isNull, lt } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import {
  oauthAccounts as accounts,
  oauthTokens as grants,
  oauthClientRegistrations as registrations,
  servers,
  oauthSessions as signIns,
} from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { byText, type Db, jsonOf, later } from './query.ts'

const account = {
  id: accounts.id,
  serverId: accounts.serverId,
  name: accounts.name,
  isDefault: accounts.isDefault,
  terms: jsonOf(accounts.terms),
  renewal: accounts.renewal,
  createdAt: accounts.createdAt,
  intact: intact(accounts),
}
const grant = {
  id: grants.id,
  serverId: grants.serverId,
  accessToken: grants.accessToken,
  refreshToken: grants.refreshToken,
  tokenType: grants.tokenType,
  expiresAt: grants.expiresAt,
  scope: grants.scope,
  issuer: grants.issuer,
  lastRefreshAt: grants.lastRefreshAt,
  lastError: grants.lastError,
  createdAt: grants.createdAt,
  intact: intact(grants),
}
const registration = {
  id: registrations.id,
  serverId: registrations.serverId,
  issuer: registrations.authorizationServerUrl,
  clientId: registrations.clientId,
  clientSecret: registrations.clientSecret,
  redirectUri: registrations.redirectUri,
  secretExpiresAt: registrations.clientSecretExpiresAt,
  origin: registrations.origin,
  createdAt: registrations.createdAt,
  intact: intact(registrations),
}
const signIn = {
  stateHash: signIns.stateHash,
  serverId: signIns.serverId,
  accountId: signIns.accountId,
  codeVerifier: signIns.codeVerifier,
  redirectUri: signIns.redirectUri,
  scope: signIns.scope,
  issuer: signIns.issuer,
  resource: signIns.resource,
  createdAt: signIns.createdAt,
  expiresAt: signIns.expiresAt,
  usedAt: signIns.usedAt,
}

export function createOAuthReader(db: Db, report: DamageReport): OAuthReader {
  return {
    async accounts(serverId): Promise<AccountRecord[]> {
      const rows = db
        .select(account)
        .from(accounts)
        .where(serverId && eq(accounts.serverId, serverId))
        .orderBy(accounts.serverId, desc(accounts.isDefault), byText(accounts.name))
        .all()
      return soundRows('oauth_accounts', rows, report)
    },
    async account(id) {
      return soundRow('oauth_accounts', db.select(account).from(accounts).where(eq(accounts.id, id)).get())
    },
    async grant(id): Promise<GrantRecord | null> {
      return soundRow('oauth_tokens', db.select(grant).from(grants).where(eq(grants.id, id)).get())
    },
    async grants(): Promise<GrantRecord[]> {
      return soundRows('oauth_tokens', db.select(grant).from(grants).all(), report)
    },
    async registrations(serverId): Promise<RegistrationRecord[]> {
      const rows = db
        .select(registration)
        .from(registrations)
        .where(eq(registrations.serverId, serverId))
        .orderBy(registrations.createdAt)
        .all()
      return soundRows('oauth_client_registrations', rows, report)
    },
    async registration(id) {
      return soundRow('oauth_client_registrations', db.select(registration).from(registrations).where(eq(registrations.id, id)).get())
    },
    async signIn(stateHash) {
      return db.select(signIn).from(signIns).where(eq(signIns.stateHash, stateHash)).get() ?? null
    },
    async config(serverId) {
      const row = db
        .select({ id: servers.id, config: jsonOf(servers.oauthConfig), intact: intact(servers) })
        .from(servers)
        .where(eq(servers.id, serverId))
        .get()
      return soundRow('mcp_servers', row)?.config ?? null
    },
  }
}

export function createOAuthWriter(db: Db, report: DamageReport): OAuthWriter {
  return {
    ...createOAuthReader(db, report),
    async insertAccount(row) {
      db.insert(accounts)
        .values({ ...row, updatedAt: row.createdAt })
        .run()
    },
    async renameAccount(id, name, now) {
      db.update(accounts)
        .set({ name, updatedAt: later(accounts.updatedAt, now) })
        .where(eq(accounts.id, id))
        .run()
    },
    async makeDefault({ id, serverId }, now) {
      const updatedAt = later(accounts.updatedAt, now)
      db.update(accounts)
        .set({ isDefault: false, updatedAt })
        .where(and(eq(accounts.serverId, serverId), eq(accounts.isDefault, true)))
        .run()
      db.update(accounts).set({ isDefault: true, updatedAt }).where(eq(accounts.id, id)).run()
    },
    async deleteAccount(id) {
      db.delete(grants).where(eq(grants.id, id)).run()
      db.delete(accounts).where(eq(accounts.id, id)).run()
    },
    async putGrant(row, terms) {
      db.delete(grants).where(eq(grants.id, row.id)).run()
      db.insert(grants)
        .values({ ...row, updatedAt: row.createdAt })
        .run()
      db.update(accounts).set({ terms, renewal: null }).where(eq(accounts.id, row.id)).run()
    },
    async beginRenewal(id, renewal) {
      db.update(accounts).set({ renewal }).where(eq(accounts.id, id)).run()
    },
    async endRenewal(id, renewed, now) {
      db.update(accounts).set({ renewal: null }).where(eq(accounts.id, id)).run()
      if (renewed)
        db.update(grants)
          .set({ ...renewed, lastRefreshAt: now, lastError: null, updatedAt: later(grants.updatedAt, now) })
          .where(eq(grants.id, id))
          .run()
    },
    async failGrant(id, error) {
      db.update(accounts).set({ renewal: null }).where(eq(accounts.id, id)).run()
      db.update(grants).set({ lastError: error }).where(eq(grants.id, id)).run()
    },
    async deleteGrant(id) {
      db.delete(grants).where(eq(grants.id, id)).run()
      db.update(accounts).set({ terms: null, renewal: null }).where(eq(accounts.id, id)).run()
    },
    async putRegistration({ issuer, secretExpiresAt, ...row }) {
      db.delete(registrations)
        .where(and(eq(registrations.serverId, row.serverId), eq(registrations.authorizationServerUrl, issuer)))
        .run()
      db.insert(registrations)
        .values({ ...row, authorizationServerUrl: issuer, clientSecretExpiresAt: secretExpiresAt, updatedAt: row.createdAt })
        .run()
    },
    async deleteRegistration(id) {
      db.delete(registrations).where(eq(registrations.id, id)).run()
    },
    async insertSignIn(row) {
      db.insert(signIns).values(row).run()
    },
    async useSignIn(stateHash, now) {
      db.update(signIns)
        .set({ usedAt: now })
        .where(and(eq(signIns.stateHash, stateHash), isNull(signIns.usedAt)))
        .run()
    },
    async purgeSignIns(before) {
      db.delete(signIns).where(lt(signIns.expiresAt, before)).run()
    },
    async setConfig(serverId, config, now) {
      db.update(servers)
        .set({ oauthConfig: config, updatedAt: later(servers.updatedAt, now) })
        .where(eq(servers.id, serverId))
        .run()
    },
  }
}

import type { Connection } from '../file/connection.ts'
import { intactRows } from '../integrity/intact-rows.ts'
import { registerRowChecksum } from '../integrity/row-checksum.ts'

const read = (
  accounts: string,
  tokens: string,
) => `SELECT a.id, a.terms, a.renewal, t.access_token, t.refresh_token, t.token_type, t.expires_at, t.scope, t.issuer,
  t.last_refresh_at, t.last_error, coalesce(t.last_refresh_at, t.created_at) AS renewed_at
  FROM (SELECT * FROM oauth_accounts WHERE ${accounts}) a LEFT JOIN (SELECT * FROM oauth_tokens WHERE ${tokens}) t ON t.id = a.id`
/** Neither table nor column may be missing: what goes may be of an older version, or damaged. */
const hasThem = (db: Connection) =>
  db.prepare<[], number>(`SELECT count(*) FROM pragma_table_info('oauth_accounts') WHERE name IN ('terms', 'renewal')`).pluck().get() === 2

/**
 * Takes along what was granted since the backup. A refresh token is good for one use with many servers, and one that is
 * used a second time ends the whole sign-in: that of an old backup must not come back while a newer one is known. An
 * account that was signed out since stays so.
 */
export function carryGrants(from: Connection, to: Connection): void {
  if (!hasThem(from) || !hasThem(to)) return
  registerRowChecksum(from)
  const known = from
    .prepare<[], { id: string; renewed_at: number | null; terms: string | null; renewal: string | null }>(
      read(intactRows(from, 'oauth_accounts'), intactRows(from, 'oauth_tokens')),
    )
    .all()
  const renew = to.prepare(
    `UPDATE oauth_tokens SET access_token = @access_token, refresh_token = @refresh_token, token_type = @token_type,
     expires_at = @expires_at, scope = @scope, issuer = @issuer, last_refresh_at = @last_refresh_at, last_error = @last_error
     WHERE id = @id AND coalesce(last_refresh_at, created_at) <= @renewed_at AND ${intactRows(to, 'oauth_tokens')}`,
  )
  const agree = to.prepare(
    `UPDATE oauth_accounts SET terms = @terms, renewal = @renewal WHERE id = @id AND ${intactRows(to, 'oauth_accounts')}`,
  )
  const end = to.prepare('DELETE FROM oauth_tokens WHERE id = @id')
  const registration = from.prepare('SELECT * FROM oauth_client_registrations WHERE id = ?')
  for (const row of known) {
    if (row.renewed_at === null) {
      end.run({ id: row.id })
      continue
    }
    const { terms, renewal, ...grant } = row
    if (renew.run(grant).changes === 0) continue
    agree.run({ id: row.id, terms, renewal })
    const id = terms === null ? null : (JSON.parse(terms) as { registrationId?: string }).registrationId
    const client = id ? (registration.get(id) as Record<string, unknown> | undefined) : undefined
    if (client) {
      const columns = Object.keys(client)
      to.prepare(
        `INSERT OR REPLACE INTO oauth_client_registrations (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
      ).run(client)
    }
  }
}

import type { Connection } from '../file/connection.ts'
import { intactRows } from '../integrity/intact-rows.ts'
import { CHECKSUM_COLUMN, registerRowChecksum } from '../integrity/row-checksum.ts'

/** Neither table nor column may be missing: what goes may be of an older version, or damaged. */
const hasThem = (db: Connection) =>
  db.prepare<[], number>(`SELECT count(*) FROM pragma_table_info('oauth_accounts') WHERE name IN ('terms', 'renewal')`).pluck().get() === 2

type Row = Readonly<Record<string, string | number | null>>

/** The statement that puts a whole row in place of whatever had its key; the checksum comes from the triggers. */
function putter(db: Connection, table: string) {
  const names = db
    .prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`)
    .pluck()
    .all()
    .filter((name) => name !== CHECKSUM_COLUMN)
  const put = db.prepare(`INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`)
  return (row: Row) => put.run(Object.fromEntries(names.map((name) => [name, row[name] ?? null])))
}

const renewedAt = (row: Row) => Number(row.last_refresh_at ?? row.created_at)

/**
 * Takes along what was granted since the backup. A refresh token is good for one use with many servers, and one that is
 * used a second time ends the whole sign-in: that of an old backup must not come back while a newer one is known. An
 * account that was signed out since stays so.
 */
export function carryGrants(from: Connection, to: Connection): void {
  if (!hasThem(from) || !hasThem(to)) return
  registerRowChecksum(from)
  const sound = (table: string) => from.prepare<[], Row>(`SELECT * FROM ${table} WHERE ${intactRows(from, table)}`).all()
  const known = new Set(from.prepare<[], string>('SELECT id FROM oauth_tokens').pluck().all())
  const tokens = new Map(sound('oauth_tokens').map((row) => [row.id, row]))
  const clients = new Map(sound('oauth_client_registrations').map((row) => [row.id, row]))
  const account = to.prepare<[unknown], Row>(`SELECT * FROM oauth_accounts WHERE id = ? AND ${intactRows(to, 'oauth_accounts')}`)
  const present = to.prepare<[unknown], Row>('SELECT * FROM oauth_tokens WHERE id = ?')
  const agree = to.prepare('UPDATE oauth_accounts SET terms = ?, renewal = ? WHERE id = ?')
  const end = to.prepare('DELETE FROM oauth_tokens WHERE id = ?')
  const [putToken, putClient] = [putter(to, 'oauth_tokens'), putter(to, 'oauth_client_registrations')]
  for (const { id, terms, renewal } of sound('oauth_accounts')) {
    if (!account.get(id)) continue
    const token = tokens.get(id as never)
    const there = present.get(id)
    // One that is damaged here is better in the backup.
    if (!known.has(String(id))) end.run(id)
    else if (!token) continue
    else if (!there || renewedAt(there) <= renewedAt(token)) {
      putToken(token)
      agree.run(terms, renewal, id)
      const client = clients.get((JSON.parse(String(terms ?? '{}')) as { registrationId?: never }).registrationId as never)
      if (client) putClient(client)
    }
  }
}

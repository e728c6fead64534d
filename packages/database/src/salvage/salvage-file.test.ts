import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrateDatabase } from '../open-database.ts'
import { openStore } from '../store.ts'
import { aLink, aProfile, aServer, aToken, createOwner, fingerprint, OWNER, optionsFor, owner, ownership } from '../testing/temp-store.ts'
import { salvageFile } from './salvage-file.ts'

/** A database with its log beside it, as a process that was killed leaves it. */
async function killed() {
  const source = optionsFor()
  const store = await openStore(source)
  const profile = aProfile({ ...ownership, description: 'long '.repeat(3000) })
  const server = aServer(ownership)
  const token = aToken(OWNER.id)
  await store.transaction(async (tx) => {
    await createOwner(tx)
    await tx.profiles.insert(profile)
    await tx.servers.insert(server)
    await tx.links.insert(aLink(profile, server, 0), 1)
    await tx.tokens.insert(token)
    await tx.settings.set('a', [1, 'ä', null], 1)
  })
  const options = optionsFor()
  mkdirSync(dirname(options.path))
  for (const suffix of ['', '-wal']) copyFileSync(source.path + suffix, options.path + suffix)
  await store.close()
  return { options, profile, server, token }
}

/** The same, with everything in the one file. */
async function closed() {
  const made = await killed()
  new Database(made.options.path).close()
  const db = new Database(made.options.path)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return made
}

const kept = (tables: readonly { table: string; kept: number }[]) =>
  Object.fromEntries(tables.filter((row) => row.kept > 0).map((row) => [row.table, row.kept]))
const ALL = {
  email_api_tokens: 1,
  email_team_members: 1,
  email_teams: 1,
  email_users: 1,
  gateway_settings: 1,
  mcp_servers: 1,
  profile_mcp_servers: 1,
  profiles: 1,
}

function overwrite(path: string, at: number, length: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0xa5, at, at + length)
  writeFileSync(path, bytes)
}

test('every row comes back, also from the log and from overflow pages, and the old files stay as they are', async () => {
  const { options, profile } = await killed()
  const before = fingerprint(options.path)
  const report = await salvageFile(options)
  expect(kept(report.tables)).toEqual(ALL)
  expect(report.tables.filter((row) => row.damaged || row.unreadable || row.orphaned)).toEqual([])
  expect(report.leftOut).toContain('debug_logs')
  const after = fingerprint(options.path)
  expect(after).toMatchObject(before)
  expect(report.copies).toHaveLength(2)
  for (const copy of report.copies) {
    expect(readFileSync(copy).equals(readFileSync(copy.replace(/\.corrupt-[^-]*-\d\d-[^-]*-\d\d-\d\d-\d{3}Z/, '')))).toBe(true)
  }
  expect(readdirSync(dirname(options.path)).filter((name) => name.startsWith('.salvage'))).toEqual([])
  const store = await openStore({ ...options, path: report.path })
  expect(await store.read.profiles.get(owner, profile.id)).toEqual(profile)
  expect(await store.read.settings.get('a')).toEqual([1, 'ä', null])
  await store.close()
})

test.each([
  ['the file header', 0],
  ['the table of contents', 100],
  ['all of the first page', 0, 4096],
])('rows come back when %s is damaged', async (_what, at, length = 64) => {
  const { options, profile } = await closed()
  overwrite(options.path, at, length)
  const report = await salvageFile({ ...options, swap: true })
  expect(kept(report.tables)).toEqual(ALL)
  expect(report).toMatchObject({ swapped: true, path: options.path })
  const store = await openStore(options)
  expect(await store.read.profiles.list(owner)).toEqual([profile])
  expect((await store.doctor()).filter((finding) => finding.level === 'error')).toEqual([])
  await store.close()
  expect(existsSync(report.copies[0] as string)).toBe(true)
})

test('a row that was changed is left out, with what cannot be without it', async () => {
  const { options, server } = await closed()
  const db = new Database(options.path)
  db.exec(`UPDATE profiles SET name = 'Changed', updated_at = updated_at + 1`)
  db.exec(`UPDATE email_teams SET name = 'Changed', updated_at = updated_at + 1`)
  db.close()
  const { tables, path } = await salvageFile(options)
  const of = (name: string) => tables.find((row) => row.table === name)
  expect(of('profiles')).toMatchObject({ kept: 0, damaged: 1, unreadable: 0 })
  expect(of('profile_mcp_servers')).toMatchObject({ kept: 0, damaged: 0, orphaned: 1 })
  expect(of('email_team_members')).toMatchObject({ kept: 0, orphaned: 1 })
  const store = await openStore({ ...options, path })
  // It belongs to nobody's team now, so the local owner alone sees it.
  expect(await store.read.servers.list(owner)).toEqual([{ ...server, teamId: null, updatedAt: expect.any(Number) }])
  await store.close()
})

test('says so when nothing can be proven, and points to the backups', async () => {
  const text = optionsFor()
  mkdirSync(dirname(text.path))
  writeFileSync(text.path, 'x'.repeat(50_000))
  const before = fingerprint(text.path)
  await expect(salvageFile(text)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT', next: expect.stringContaining('backup') })
  expect(fingerprint(text.path)).toMatchObject(before)
  const empty = optionsFor()
  await migrateDatabase(empty)
  await expect(salvageFile(empty)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' })
  await expect(salvageFile(optionsFor())).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' })
})

test('does nothing while the file is in use, or over a file that exists', async () => {
  const { options } = await closed()
  const store = await openStore(options)
  await expect(salvageFile(options)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
  await store.close()
  await expect(salvageFile({ ...options, to: options.path })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
})

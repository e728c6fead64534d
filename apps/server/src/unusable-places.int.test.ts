import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding } from '@local-mcp/contract'
import { runCli, tempDir } from '@local-mcp/testing'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url))
const fixture = fileURLToPath(new URL('../../../packages/database/fixtures/0001.db', import.meta.url))
const NOBODY = 65_534
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, main]
const canBeNobody = process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody, '--version']).status === 0

interface Place {
  readonly name: string
  readonly code: string
  /** Words that tell this place from every other. */
  readonly says: RegExp
  /** Runs as a user who owns nothing. */
  readonly nobody?: boolean
  /** @returns the path of the database */
  make(dir: string): string
}

const put = (path: string, text: string) => {
  writeFileSync(path, text)
  return path
}
const sqlite = (path: string, sql: string) => {
  const db = new Database(path)
  db.exec(sql)
  db.close()
  return path
}
function copied(dir: string): string {
  const path = join(dir, 'db.sqlite')
  copyFileSync(fixture, path)
  chmodSync(path, 0o600)
  return path
}

const places: readonly Place[] = [
  {
    name: 'a folder that may not be written',
    code: 'DATABASE_UNWRITABLE',
    says: /EACCES: permission denied, open/,
    nobody: true,
    make(dir) {
      chmodSync(dir, 0o755)
      return join(dir, 'db.sqlite')
    },
  },
  {
    name: 'a file that may not be written',
    code: 'DATABASE_UNWRITABLE',
    says: /EACCES: permission denied, access '.*db\.sqlite'/,
    nobody: true,
    make(dir) {
      chownSync(dir, NOBODY, NOBODY)
      const path = copied(dir)
      chmodSync(path, 0o444)
      return path
    },
  },
  {
    name: "another user's folder",
    code: 'DATABASE_UNWRITABLE',
    says: /cannot be reached: EACCES/,
    nobody: true,
    make(dir) {
      chmodSync(dir, 0o755)
      mkdirSync(join(dir, 'theirs'), { mode: 0o700 })
      return copied(join(dir, 'theirs'))
    },
  },
  {
    name: 'a folder that is missing where none may be made',
    code: 'DATABASE_UNWRITABLE',
    says: /EACCES: permission denied, mkdir/,
    nobody: true,
    make(dir) {
      chmodSync(dir, 0o755)
      return join(dir, 'new', 'db.sqlite')
    },
  },
  {
    name: 'a file where the folder should be',
    code: 'DATABASE_UNWRITABLE',
    says: /ENOTDIR/,
    make: (dir) => join(put(join(dir, 'file'), ''), 'db.sqlite'),
  },
  { name: 'a folder', code: 'DATABASE_NOT_SQLITE', says: /is a folder/, make: (dir) => dir },
  {
    name: 'a link that leads nowhere',
    code: 'DATABASE_UNWRITABLE',
    says: /ENOENT/,
    make(dir) {
      symlinkSync(join(dir, 'gone', 'db.sqlite'), join(dir, 'db.sqlite'))
      return join(dir, 'db.sqlite')
    },
  },
  {
    name: 'a device',
    code: 'DATABASE_NOT_SQLITE',
    says: /not a regular file/,
    make(dir) {
      symlinkSync('/dev/null', join(dir, 'db.sqlite'))
      return join(dir, 'db.sqlite')
    },
  },
  {
    name: 'a text file',
    code: 'DATABASE_NOT_SQLITE',
    says: /is not an SQLite database/,
    make: (dir) => put(join(dir, 'db.sqlite'), 'Milk, bread, eggs'),
  },
  {
    name: 'a database of another program',
    code: 'DATABASE_FOREIGN',
    says: /of another program/,
    make: (dir) => sqlite(join(dir, 'db.sqlite'), 'CREATE TABLE notes(text)'),
  },
  {
    name: 'a newer database',
    code: 'MIGRATION_AHEAD',
    says: /written by app 9\.9\.9/,
    make: (dir) => sqlite(copied(dir), `INSERT INTO schema_migrations VALUES (99, '0099_x', '', 0, 0, 0, '9.9.9')`),
  },
  {
    name: 'an empty file beside a log that is not',
    code: 'DATABASE_CORRUPT',
    says: /its log .* holds/,
    make(dir) {
      put(join(dir, 'db.sqlite-wal'), 'commits')
      return put(join(dir, 'db.sqlite'), '')
    },
  },
  {
    name: 'a damaged database',
    code: 'DATABASE_CORRUPT',
    says: /malformed|damaged/,
    make(dir) {
      const bytes = readFileSync(fixture)
      bytes.fill(0xff, 100, 400)
      writeFileSync(join(dir, 'db.sqlite'), bytes)
      return join(dir, 'db.sqlite')
    },
  },
]

function contentOf(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true }).map(String)
  return Object.fromEntries(
    names
      // Of these, an attempt may leave empty ones.
      .filter((name) => !/migration\.lock|-shm$/.test(name))
      .filter((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.isFile())
      .map((name) => [name, readFileSync(join(dir, name)).toString('base64')]),
  )
}

const messages = new Map<string, string>()
let longest = 0
afterAll(() => {
  process.stdout.write(`[measured] unusable places: ${messages.size}, longest ${Math.round(longest)} ms until refused\n`)
})

test.for(places)('$name: refused by name at once, and everything is as it was', async ({ name, code, says, nobody, make }, context) => {
  if (nobody && !canBeNobody) context.skip('it takes root and setpriv')
  await using dir = await tempDir()
  const databasePath = make(dir.path)
  const before = contentOf(dir.path)
  for (const command of [['migrate'], ['profile', 'ls']]) {
    const started = performance.now()
    const { status, stderr, signal } = spawnSync(
      nobody ? 'setpriv' : process.execPath,
      [...(nobody ? asNobody : [main]), ...command, '--json'],
      { env: { ...process.env, DATABASE_PATH: databasePath, PORT: '0', HOME: dir.path }, encoding: 'utf8', timeout: 20_000 },
    )
    longest = Math.max(longest, performance.now() - started)
    expect([status, signal], stderr).toEqual([1, null])
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
    expect(error).toMatchObject({ code, message: expect.stringMatching(says), next: expect.stringMatching(/\w/) })
    expect(error.message).toContain(dir.path)
    messages.set(name, `${code} ${error.message.replaceAll(dir.path, '')}`)
  }
  expect(contentOf(dir.path)).toEqual(before)
})

test('each of them has a message of its own', () => {
  expect(messages.size).toBeGreaterThanOrEqual(canBeNobody ? 12 : 9)
  expect(new Set(messages.values()).size).toBe(messages.size)
})

test.each([
  ['an empty file', (dir: string) => put(join(dir, 'db.sqlite'), '')],
  [
    'a link to another folder',
    (dir: string) => {
      mkdirSync(join(dir, 'elsewhere'))
      symlinkSync(join(dir, 'elsewhere'), join(dir, 'link'))
      return join(dir, 'link', 'db.sqlite')
    },
  ],
  ['folders that do not exist yet', (dir: string) => join(dir, 'a', 'b', 'db.sqlite')],
])('%s is a place to begin', async (_name, make) => {
  await using dir = await tempDir()
  const databasePath = make(dir.path)
  expect(await runCli({ databasePath }, 'profile', 'ls')).toMatchObject({ code: 0 })
})

test('a folder that another program copies is used, and the doctor warns of it', async () => {
  await using dir = await tempDir()
  const databasePath = join(dir.path, 'Dropbox', 'db.sqlite')
  expect(await runCli({ databasePath }, 'profile', 'ls')).toMatchObject({ code: 0 })
  const { stdout } = await runCli({ databasePath }, 'doctor', '--json')
  const found = (JSON.parse(stdout) as Finding[]).find(({ check }) => check === 'location')
  expect(found).toMatchObject({ level: 'warning', message: expect.stringContaining('Dropbox') })
})

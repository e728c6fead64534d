import { createHash } from 'node:crypto'

export interface Migration {
  readonly version: number
  /** File name without its ending, e.g. `0001_initial`. */
  readonly name: string
  readonly sql: string
  /** SHA-256 (hex) of the text with LF line ends, the same on every checkout. */
  readonly checksum: string
}

/**
 * The migrations in the files given, by version.
 * @param files text by path, e.g. `…/0001_initial.sql`
 * @throws Error when a name is malformed or a version is missing or doubled: the build is wrong
 */
export function parseMigrations(files: Readonly<Record<string, string>>): Migration[] {
  const migrations = Object.entries(files).map(([path, text]): Migration => {
    const [, name, digits] = /(?:^|\/)((\d{4})_[a-z0-9_]+)\.sql$/.exec(path) ?? []
    if (!name) throw new Error(`${path} is not named like 0001_initial.sql`)
    const sql = text.replaceAll('\r\n', '\n')
    return { version: Number(digits), name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
  migrations.sort((a, b) => a.version - b.version)
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) throw new Error(`Migration ${index + 1} is missing or doubled (found ${migration.name})`)
  })
  return migrations
}

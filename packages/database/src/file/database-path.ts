import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * The absolute path of the database file.
 * @param options.databasePath as the user wrote it, `~` for the home folder; absent: the default place
 */
export function resolveDatabasePath(options: { readonly databasePath?: string | undefined; readonly home?: string } = {}): string {
  const home = options.home ?? homedir()
  const path = options.databasePath?.trim()
  if (!path) return join(home, '.local-mcp-gateway-data', 'local-mcp-gateway.db')
  return resolve(/^~(?=$|[/\\])/.test(path) ? join(home, path.slice(1)) : path)
}

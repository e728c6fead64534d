import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Where the app keeps what is its window's own. Copies on different data are different apps, so each has a folder. */
export function instanceFolder(configFolder: string, databasePath: string, usualPath: string): string {
  const mark = databasePath === usualPath ? '' : `-${createHash('sha256').update(databasePath).digest('hex').slice(0, 12)}`
  return join(configFolder, `local-mcp-gateway${mark}`)
}

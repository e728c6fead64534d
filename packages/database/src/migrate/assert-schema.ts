import { AppError } from '@local-mcp/kernel'
import type { Connection } from '../file/connection.ts'
import { compareManifests, type Manifest, readManifest } from './schema-manifest.ts'

/**
 * @param schema with a manifest of null nothing is compared
 * @throws AppError SCHEMA_DRIFT with the list of differences
 */
export function assertSchema(db: Connection, schema: { readonly manifest: Manifest | null }, path: string): void {
  const differences = schema.manifest ? compareManifests(schema.manifest, readManifest(db)) : []
  if (differences.length === 0) return
  const shown = differences.slice(0, 5).join('; ')
  const more = differences.length > 5 ? ` and ${differences.length - 5} more` : ''
  throw new AppError('SCHEMA_DRIFT', `${path} does not have the expected form: ${shown}${more}.`, { data: { path, differences } })
}

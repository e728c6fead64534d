import type { Finding } from '@local-mcp/contract'
import { holdIfOpen, isOpenHere } from '../file/database-file.ts'
import { bundledSchema } from '../migrate/bundled-schema.ts'
import type { SchemaSource } from '../migrate/schema-source.ts'
import { runTask } from '../worker/run-task.ts'

/**
 * The doctor's findings about a database file, see `examineFile`. Works in a thread of its own, so that the event loop
 * goes on however large the file is.
 */
export async function doctorFile(path: string, options: { readonly schema?: SchemaSource } = {}): Promise<Finding[]> {
  let isOpen = false
  let release = () => {}
  try {
    isOpen = isOpenHere(path)
    release = holdIfOpen(path)
  } catch {
    // A path that cannot be reached: the findings say why.
  }
  try {
    return await runTask('examine', { path, schema: options.schema ?? bundledSchema, isOpen })
  } finally {
    release()
  }
}

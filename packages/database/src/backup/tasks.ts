import { rmSync } from 'node:fs'
import type { Migration } from '../migrate/migration.ts'
import { readCandidate, verifyBackup } from './read-candidate.ts'
import { stageReset, stageRestore } from './stage.ts'
import { type OnSize, type WriteBackup, writeBackup } from './write-backup.ts'

/** Long work on closed or copied databases, each a function that blocks its thread. Their input crosses the border of a worker. */
export const TASKS = {
  write: (input: WriteBackup, onSize: OnSize) => writeBackup(input, onSize),
  verify: ({ path, sha256 }: { readonly path: string; readonly sha256: string }) => verifyBackup(path, sha256),
  /** Looks at a copy that is removed again. */
  preview({ source, copy, migrations, sha256 }: PreviewInput) {
    const candidate = readCandidate(source, copy, migrations, sha256)
    rmSync(copy, { force: true })
    return candidate
  },
  stageRestore,
  stageReset,
}

interface PreviewInput {
  readonly source: string
  readonly copy: string
  readonly migrations: readonly Migration[]
  readonly sha256: string | null
}

export type TaskName = keyof typeof TASKS
export type TaskInput<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[0]
export type TaskResult<Name extends TaskName> = ReturnType<(typeof TASKS)[Name]>

export type WorkerMessage =
  | { readonly type: 'size'; readonly part: string; readonly totalBytes: number }
  | { readonly type: 'done'; readonly result: unknown }
  | {
      readonly type: 'failed'
      readonly error: { readonly code: string | null; readonly message: string; readonly next?: string | undefined; readonly data?: object }
    }

import { previewCandidate, verifyBackup } from '../backup/read-candidate.ts'
import { stageReset, stageRestore } from '../backup/stage.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { examineFile } from '../doctor/examine-file.ts'

/** Long work on a connection of its own, which blocks where it runs. Input and result are copied on the way. */
export const TASKS = {
  examine: examineFile,
  write: writeBackup,
  verify: verifyBackup,
  preview: previewCandidate,
  stageRestore,
  stageReset,
}

export type TaskName = keyof typeof TASKS
export type TaskInput<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[0]
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>

/** What the worker is given. */
export interface TaskOrder<Name extends TaskName = TaskName> {
  readonly task: Name
  readonly input: TaskInput<Name>
}

/** What it says. */
export type WorkerMessage =
  | { readonly type: 'size'; readonly part: string; readonly totalBytes: number }
  | { readonly type: 'done'; readonly result: unknown }
  | {
      readonly type: 'failed'
      readonly error: { readonly code: string | null; readonly message: string; readonly next?: string | undefined; readonly data?: object }
    }

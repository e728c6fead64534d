import { examineFile } from '../doctor/examine-file.ts'

/** What can be done in a thread of its own: long work on a connection of its own. Input and result are copied. */
export const tasks = { examine: examineFile } as const

export type Tasks = typeof tasks

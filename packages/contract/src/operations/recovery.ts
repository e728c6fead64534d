import { z } from 'zod'
import { clearedMark, filesCopy, recoveryState, salvageReport } from '../nouns/recovery.ts'
import { operation } from './base.ts'

/** For a database that does not open. All but `state` are refused while it does. */
export const recovery = {
  /** Null where the gateway serves as it should. */
  state: operation('owner').output(recoveryState.nullable()),
  /** Copies the database with its side files into a new folder, in `to` or beside the database. */
  copyFiles: operation('owner')
    .input(z.strictObject({ to: z.string().trim().min(1).max(4096).optional() }))
    .output(filesCopy),
  /** Gets the rows that are whole into a new file. `backups.restore` with its path puts it in the place of the old one. */
  salvage: operation('owner').output(salvageReport),
  /** Takes the mark of an unfinished upgrade away, where the tables show that it is whole or absent, and tries again. */
  clearDirty: operation('owner').output(clearedMark),
  /** Tries to open the database again; the gateway comes back as it should or in recovery. */
  retry: operation('owner').output(z.void()),
  /** Ends the program. */
  quit: operation('owner').output(z.void()),
}

import { z } from 'zod'
import { backup, backupSettings, replacement, restorePreview } from '../nouns/backup.ts'
import { operation } from './base.ts'

/** Id or file name of a backup that is listed, or the absolute path of any file. */
const file = z.strictObject({ backup: z.string().trim().min(1).max(4096) })

export const backups = {
  /** The newest first. */
  list: operation('admin.system_config')
    .route({ method: 'GET', path: '/backups', tags: ['backups'] })
    .output(z.array(backup)),
  /** Answers when the file is complete and was read back. `to` is for the owner only: it names any folder of this computer. */
  run: operation('admin.system_config')
    .route({ method: 'POST', path: '/backups', successStatus: 201, tags: ['backups'] })
    .input(z.strictObject({ to: z.string().trim().min(1).max(4096).optional() }).optional())
    .output(backup),
  getSettings: operation('admin.system_config')
    .route({ method: 'GET', path: '/backups/settings', tags: ['backups'] })
    .output(backupSettings),
  /** What is too many by the new numbers goes when the next scheduled backup is made, not at once. */
  updateSettings: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/backups/settings', tags: ['backups'] })
    .input(backupSettings.partial())
    .output(backupSettings),
  /** Reads the whole file and compares it with its checksum. */
  verify: operation('owner').input(file).output(backup),
  preview: operation('owner').input(file).output(restorePreview),
  /** Backs up what is there, makes the file ready, and restarts the gateway on it. See `data.last` for the end. */
  restore: operation('owner').input(file).output(restorePreview),
  delete: operation('owner').input(file).output(z.void()),
}

export const data = {
  /** Backs up, then begins anew: servers, profiles and tokens are gone. Undone by restoring the backup that it answers with. */
  reset: operation('owner')
    .input(z.strictObject({ confirm: z.literal('reset') }))
    .output(backup.nullable()),
  last: operation('owner').output(replacement.nullable()),
}

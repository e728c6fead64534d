import type { Backup } from '@local-mcp/contract'
import { type ReactNode, useState } from 'react'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useBackups } from '../../lib/use-nouns.ts'
import { BackupRow } from './backup-row.tsx'
import { DeleteBackup } from './delete-backup.tsx'
import { RestoreDialog } from './restore-dialog.tsx'

interface Props {
  /** What it says while there are none. */
  empty: ReactNode
  /** Offers nothing but to go back to one. */
  restoreOnly?: boolean
}

export function BackupList({ empty, restoreOnly = false }: Props) {
  const backups = useBackups()
  const [restoring, setRestoring] = useState<Backup | null>(null)
  const [deleting, setDeleting] = useState<Backup | null>(null)

  if (backups.isError) {
    return (
      <div className="p-4">
        <ErrorState error={backups.error} onRetry={() => void backups.refetch()} />
      </div>
    )
  }
  if (backups.data === undefined) return <RowsSkeleton rows={2} />
  return (
    <>
      {backups.data.length === 0 && empty}
      <ul className="divide-y divide-line">
        {backups.data.map((backup) => (
          <BackupRow
            key={backup.id}
            backup={backup}
            onRestore={() => setRestoring(backup)}
            onDelete={restoreOnly ? null : () => setDeleting(backup)}
          />
        ))}
      </ul>
      <RestoreDialog source={restoring?.id ?? null} onClose={() => setRestoring(null)} />
      <DeleteBackup backup={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

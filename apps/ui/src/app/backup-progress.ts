import { useQuery } from '@tanstack/react-query'

/** How far the backup is that is being made; null while none is. */
export type BackupProgress = { readonly doneBytes: number; readonly totalBytes: number } | null

export const BACKUP_PROGRESS = ['backup-progress'] as const

/** Told by events alone. Reading it anew after a lost connection forgets it: the next event says where it is. */
export const useBackupProgress = (): BackupProgress =>
  useQuery<BackupProgress>({ queryKey: BACKUP_PROGRESS, queryFn: () => null, initialData: null, staleTime: Number.POSITIVE_INFINITY }).data

import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { RestoreDialog } from './restore-dialog.tsx'

/** Asks for the path of a file that is not in the list, e.g. on a stick, and goes on as with a backup of the list. */
export function RestoreFromFile({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation()
  const [path, setPath] = useState('')
  const [source, setSource] = useState<string | null>(null)
  const look = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() === '') return
    setSource(path.trim())
    onOpenChange(false)
  }
  return (
    <>
      <Dialog open={open} onOpenChange={onOpenChange} title={t('restore.fileTitle')}>
        <form onSubmit={look} className="flex flex-col gap-4">
          <TextField label={t('restore.file')} name="file" hint={t('restore.fileHint')} value={path} onChange={setPath} code autoFocus />
          <div className="flex justify-end">
            <Button type="submit" variant="primary" disabled={path.trim() === ''}>
              {t('restore.look')}
            </Button>
          </div>
        </form>
      </Dialog>
      <RestoreDialog source={source} onClose={() => setSource(null)} />
    </>
  )
}

import type { LinkTool } from '@local-mcp/contract'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUnsaved } from '../../app/router.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { CustomizeForm } from './customize-form.tsx'
import { shownText } from './server-text.tsx'

interface Props {
  profile: string
  server: string
  tool: LinkTool
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Gives a tool another name, description or schema for the clients of one profile. What was typed is not lost by leaving. */
export function CustomizeToolDialog({ profile, server, tool, open, onOpenChange }: Props) {
  const { t } = useTranslation()
  const [unsaved, setUnsaved] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const name = shownText(tool.name)
  const close = useCallback(() => onOpenChange(false), [onOpenChange])

  useUnsaved(unsaved)
  const leave = () => (unsaved ? setLeaving(true) : close())
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && leave()}
      title={t('customize.title', { tool: name })}
      description={t('customize.text')}
      stays
      wide
    >
      <CustomizeForm profile={profile} server={server} tool={tool} onDone={close} onCancel={leave} onUnsaved={setUnsaved} />
      <ConfirmDialog
        open={leaving}
        onOpenChange={setLeaving}
        title={t('customize.discardTitle')}
        action={t('customize.discard')}
        onConfirm={close}
        busy={false}
        error={null}
      >
        {t('customize.discardText', { tool: name })}
      </ConfirmDialog>
    </Dialog>
  )
}

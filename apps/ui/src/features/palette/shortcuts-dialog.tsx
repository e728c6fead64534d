import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { NAV } from '../../app/nav.ts'
import { COMMAND_KEY } from '../../app/use-shortcuts.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Key } from '../../components/key.tsx'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** What the keyboard can do beside moving the focus. */
export function ShortcutsDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('shortcuts.title')} description={t('shortcuts.text')}>
      <Part title={t('shortcuts.everywhere')}>
        <Shortcut what={t('shortcuts.search')} keys={[COMMAND_KEY, 'K']} />
        <Shortcut what={t('shortcuts.help')} keys={['?']} />
        <Shortcut what={t('shortcuts.searchCalls')} keys={['/']} />
        <Shortcut what={t('shortcuts.close')} keys={['Esc']} />
      </Part>
      <Part title={t('shortcuts.go')}>
        {NAV.map(({ key, go }) => (
          <Shortcut key={key} what={t(`nav.${key}`)} keys={['G', go.toUpperCase()]} then={t('shortcuts.next')} />
        ))}
      </Part>
    </Dialog>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="not-first:mt-5">
      <h3 className="mb-1 text-ink-3 text-sm">{title}</h3>
      <dl className="divide-y divide-line">{children}</dl>
    </section>
  )
}

function Shortcut({ what, keys, then }: { what: string; keys: readonly string[]; then?: string }) {
  return (
    <div className="flex items-center justify-between gap-4 py-1.5">
      <dt>{what}</dt>
      <dd className="flex items-center gap-1.5">
        {keys.map((key, at) => (
          <span key={key} className="flex items-center gap-1.5">
            {at > 0 && then && <span className="text-ink-3 text-sm">{then}</span>}
            <Key>{key}</Key>
          </span>
        ))}
      </dd>
    </div>
  )
}

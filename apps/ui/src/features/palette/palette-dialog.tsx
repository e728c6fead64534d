import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import type { PROBLEMS } from '@local-mcp/contract'
import { Search } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { backdropLook } from '../../components/dialog.tsx'
import { type Group, groupsFor } from './groups.ts'
import { ProblemHelp } from './problem-help.tsx'
import { noteRecent, readRecent } from './recent.ts'
import { type Command, useEntries } from './use-entries.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Go anywhere and do anything by typing a few letters of it. */
export function PaletteDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation()
  const [help, setHelp] = useState<keyof typeof PROBLEMS | null>(null)
  return (
    <>
      <Dialog.Root open={open} onOpenChange={onOpenChange}>
        <Dialog.Portal>
          <Dialog.Backdrop className={backdropLook} />
          <Dialog.Popup
            aria-label={t('palette.title')}
            className="fixed start-1/2 top-[max(1rem,12dvh)] z-40 flex max-h-[min(32rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-lg bg-surface shadow-floating outline-none transition-[opacity,scale] duration-(--quick) data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0 rtl:translate-x-1/2"
          >
            <Palette onDone={() => onOpenChange(false)} showHelp={setHelp} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <ProblemHelp code={help} onClose={() => setHelp(null)} />
    </>
  )
}

function Palette({ onDone, showHelp }: { onDone: () => void; showHelp: (code: keyof typeof PROBLEMS) => void }) {
  const { t } = useTranslation()
  const keys = useId()
  const entries = useEntries(showHelp)
  const [search, setSearch] = useState('')
  const [recent] = useState(readRecent)
  const groups = useMemo(() => groupsFor(entries, search, recent), [entries, search, recent])
  const count = groups.reduce((sum, { items }) => sum + items.length, 0)
  const choose = (command: Command) => {
    noteRecent(command.id)
    onDone()
    command.run()
  }
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      mode="none"
      value={search}
      onValueChange={setSearch}
      itemToStringValue={({ label }: Command) => label}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
        <Autocomplete.Input
          aria-label={t('palette.open')}
          aria-describedby={keys}
          placeholder={t('palette.placeholder')}
          dir="auto"
          spellCheck={false}
          className="h-12 w-full min-w-0 bg-transparent text-ink text-lg outline-none"
        />
      </div>
      <div className="quiet-scroll min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <Autocomplete.Empty>
          {count === 0 && <p className="wrap-anywhere px-4 py-6 text-center text-ink-2">{t('palette.empty', { search })}</p>}
        </Autocomplete.Empty>
        <Autocomplete.List className="p-1.5 empty:p-0">
          {(group: Group<Command>) => (
            <Autocomplete.Group key={group.value} items={group.items} className="not-last:mb-1">
              <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 font-medium text-ink-3 text-xs">
                {t(`palette.groups.${group.value}`)}
              </Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(command: Command) => (
                  <Autocomplete.Item
                    key={command.id}
                    value={command}
                    onClick={() => choose(command)}
                    className="flex min-h-9 scroll-my-1.5 items-center gap-3 rounded-md px-2.5 outline-none data-highlighted:bg-accent-soft data-highlighted:text-accent-text"
                  >
                    <command.Icon aria-hidden className="size-4 shrink-0 opacity-75" />
                    <span dir="auto" className="min-w-0 flex-1 truncate">
                      {command.label}
                    </span>
                    {command.detail && (
                      <span dir="auto" className="max-w-48 shrink-0 truncate text-ink-3 text-sm">
                        {command.detail}
                      </span>
                    )}
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </div>
      <p id={keys} className="border-line border-t px-4 py-2 text-ink-3 text-xs max-sm:sr-only">
        {t('palette.keys')}
      </p>
    </Autocomplete.Root>
  )
}

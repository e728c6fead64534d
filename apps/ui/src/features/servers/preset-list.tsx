import type { Preset } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { controlLook } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'

interface Props {
  onChoose: (preset: Preset) => void
  /** Those that ask for nothing come first, and the list is shorter. */
  easyFirst?: boolean
}

/** Whether it works without a key, a path or a sign-in. */
const isEasy = ({ draft }: Preset) => draft.asks.length === 0 && !draft.hints.includes('sign_in')

/** Well-known servers; one click fills the form. */
export function PresetList({ onChoose, easyFirst = false }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const [search, setSearch] = useState('')
  const presets = useQuery(queries.presets.list.queryOptions())
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const list = easyFirst ? presets.data?.toSorted((a, b) => Number(isEasy(b)) - Number(isEasy(a))) : presets.data
  const shown = list?.filter(({ id, title, purpose }) => {
    const text = `${id} ${title} ${purpose}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })

  return (
    <Card title={t('presets.title')} description={t('presets.description')} body="list">
      <div className="border-line border-b px-4 py-2.5 sm:px-5">
        <input
          type="search"
          aria-label={t('presets.search')}
          placeholder={t('presets.search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={`${controlLook} h-8 text-sm`}
        />
      </div>
      {presets.isError ? (
        <div className="p-4">
          <ErrorState error={presets.error} onRetry={() => void presets.refetch()} />
        </div>
      ) : shown === undefined ? (
        <RowsSkeleton />
      ) : shown.length === 0 ? (
        <p className="px-4 py-5 text-ink-3 sm:px-5">{t('presets.noMatch', { search })}</p>
      ) : (
        <ul className={`quiet-scroll ${easyFirst ? 'max-h-64' : 'max-h-136'} divide-y divide-line overflow-y-auto`}>
          {shown.map((preset) => (
            <li key={preset.id} className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
              <div className="min-w-0 flex-1">
                <p className="font-medium">{preset.title}</p>
                <p className="text-ink-3 text-sm">{preset.purpose}</p>
              </div>
              <Button size="small" aria-label={t('presets.addLabel', { title: preset.title })} onClick={() => onChoose(preset)}>
                {t('presets.add')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

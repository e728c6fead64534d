import { Search, X } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { controlLook } from '../../components/field.tsx'
import { FilterSelect } from '../../components/filter-select.tsx'
import { useProfiles, useServers, useTokens } from '../../lib/use-nouns.ts'
import { type CallFilters, METHODS, RESULTS, SPAN_MS, SPANS } from './call-filters.ts'

/** How long after the last key a search begins, in milliseconds. */
const TYPING_MS = 250

interface Props {
  filters: CallFilters
  /** `typed`: it replaces what was typed a moment ago, and is no step to come back to. */
  onChange: (filters: CallFilters, typed: boolean) => void
  search: RefObject<HTMLInputElement | null>
}

/** Which calls are shown. */
export function FilterBar({ filters, onChange, search }: Props) {
  const { t, i18n } = useTranslation()
  const profiles = useProfiles()
  const servers = useServers()
  const tokens = useTokens()
  const [text, setText] = useState(filters.q ?? '')

  // Back and forward change it from outside.
  const [seen, setSeen] = useState(filters.q)
  if (seen !== filters.q) {
    setSeen(filters.q)
    if ((filters.q ?? '') !== text.trim()) setText(filters.q ?? '')
  }

  useEffect(() => {
    const wanted = text.trim()
    if (wanted === (filters.q ?? '')) return
    const timer = setTimeout(() => onChange({ ...filters, q: wanted }, filters.q !== undefined && wanted !== ''), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, filters, onChange])

  const set = (part: CallFilters) => onChange({ ...filters, ...part }, false)
  /** With what is chosen but not there any more, so that it is seen and can be taken away. */
  const withChosen = (value: string | undefined, choices: { value: string; label: string }[]) =>
    value === undefined || choices.some((one) => one.value === value) ? choices : [...choices, { value, label: t('filters.unknown') }]
  const moment = (at: string) => new Date(Number(at)).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })

  const span = SPANS.find((one) => one === filters.span)
  const chosenTime = span ?? (filters.from || filters.to ? 'exact' : '')
  const exact =
    chosenTime === 'exact' ? [{ value: 'exact', label: [filters.from, filters.to].map((at) => (at ? moment(at) : '…')).join(' – ') }] : []
  const limited = Object.values(filters).some(Boolean)

  return (
    <search aria-label={t('filters.label')} className="flex flex-wrap items-center gap-2">
      <div className="relative w-full">
        <Search aria-hidden className="pointer-events-none absolute start-3 top-2.5 size-4 text-ink-3" />
        <input
          ref={search}
          type="search"
          aria-label={t('filters.search')}
          aria-keyshortcuts="/"
          placeholder={t('filters.searchHint')}
          value={text}
          maxLength={200}
          dir="auto"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.preventDefault()
              setText('')
            }
          }}
          className={`${controlLook} h-9 ps-9 pe-10 [&::-webkit-search-cancel-button]:hidden`}
        />
        <kbd
          aria-hidden
          className="pointer-events-none absolute end-2.5 top-2 flex size-5 items-center justify-center rounded-sm border border-line text-ink-3 text-xs"
        >
          {'/'}
        </kbd>
      </div>
      <FilterSelect
        label={t('filters.result')}
        any={t('filters.any.result')}
        value={filters.result ?? ''}
        onChange={(result) => set({ result })}
        choices={withChosen(
          filters.result,
          RESULTS.map((value) => ({ value, label: t(`filters.results.${value}`) })),
        )}
      />
      <FilterSelect
        label={t('filters.server')}
        any={t('filters.any.server')}
        value={filters.server ?? ''}
        onChange={(server) => set({ server })}
        choices={withChosen(
          filters.server,
          (servers.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        )}
      />
      <FilterSelect
        label={t('filters.profile')}
        any={t('filters.any.profile')}
        value={filters.profile ?? ''}
        onChange={(profile) => set({ profile })}
        choices={withChosen(
          filters.profile,
          (profiles.data ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
        )}
      />
      <FilterSelect
        label={t('filters.token')}
        any={t('filters.any.token')}
        value={filters.token ?? ''}
        onChange={(token) => set({ token })}
        choices={withChosen(
          filters.token,
          (tokens.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        )}
      />
      <FilterSelect
        label={t('filters.method')}
        any={t('filters.any.method')}
        value={filters.method ?? ''}
        onChange={(method) => set({ method })}
        choices={[...new Set([...METHODS, ...(filters.method ? [filters.method] : [])])].map((value) => ({ value, label: value }))}
      />
      <FilterSelect
        label={t('filters.time')}
        any={t('filters.any.time')}
        value={chosenTime}
        onChange={(value) => {
          const chosen = SPANS.find((one) => one === value)
          // The moment itself is kept, so that a list stays the same list when one comes back to it.
          if (value !== 'exact') set({ span: chosen ?? '', from: chosen ? String(Date.now() - SPAN_MS[chosen]) : '', to: '' })
        }}
        choices={[...exact, ...SPANS.map((value) => ({ value, label: t(`filters.span.${value}`) }))]}
      />
      {limited && (
        <Button
          variant="quiet"
          size="small"
          icon={<X aria-hidden className="size-3.5" />}
          onClick={() => {
            setText('')
            onChange({}, false)
            search.current?.focus()
          }}
        >
          {t('filters.clear')}
        </Button>
      )}
    </search>
  )
}

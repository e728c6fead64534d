import { Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import { controlLook } from './field.tsx'
import { IconButton } from './icon-button.tsx'
import { newRow, type Row } from './rows.ts'

interface Props {
  /** Place of the record in the operation's input, e.g. `config.env`. */
  name: string
  label: string
  hint: string
  /** Words for one row: "variable", "header". */
  words: { add: string; name: (row: number) => string; value: (row: number) => string; remove: (row: number) => string }
  rows: readonly Row[]
  onChange: (rows: Row[]) => void
  errors: Readonly<Record<string, string>>
  /** What is offered below a row. */
  below?: (row: Row, change: (value: string) => void) => ReactNode
}

/** Names with values, as many as wanted. */
export function RowsEditor({ name, label, hint, words, rows, onChange, errors, below }: Props) {
  const { t } = useTranslation()
  const group = useRef<HTMLFieldSetElement>(null)
  const change = (id: number, part: Partial<Row>) => onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  const add = () => {
    onChange([...rows, newRow()])
    requestAnimationFrame(() => group.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus())
  }

  return (
    <fieldset ref={group} className="min-w-0">
      <legend className="font-medium">{label}</legend>
      <p className="text-ink-3 text-sm">{hint}</p>
      {rows.length > 0 && (
        <ul className="mt-2 flex flex-col gap-2">
          {rows.map((row, index) => {
            const error = errors[`${name}.${row.name}`]
            return (
              <li key={row.id}>
                <div className="flex items-center gap-2">
                  <input
                    aria-label={words.name(index + 1)}
                    value={row.name}
                    onChange={(event) => change(row.id, { name: event.target.value })}
                    placeholder={t('rows.name')}
                    spellCheck={false}
                    autoComplete="off"
                    className={`${controlLook} h-9 flex-2 font-mono text-sm`}
                  />
                  <input
                    name={`${name}.${row.name}`}
                    aria-label={words.value(index + 1)}
                    aria-invalid={error !== undefined || undefined}
                    aria-describedby={error === undefined ? undefined : `${name}-${row.id}`}
                    value={row.value}
                    onChange={(event) => change(row.id, { value: event.target.value })}
                    placeholder={t('rows.value')}
                    spellCheck={false}
                    autoComplete="off"
                    className={`${controlLook} h-9 flex-3 font-mono text-sm`}
                  />
                  <IconButton
                    label={words.remove(index + 1)}
                    icon={<Trash2 aria-hidden className="size-4" />}
                    onClick={() => onChange(rows.filter((other) => other.id !== row.id))}
                  />
                </div>
                {error !== undefined && (
                  <p id={`${name}-${row.id}`} className="mt-1 text-bad text-sm">
                    {error}
                  </p>
                )}
                {below?.(row, (value) => change(row.id, { value }))}
              </li>
            )
          })}
        </ul>
      )}
      {errors[name] && <p className="mt-1 text-bad text-sm">{errors[name]}</p>}
      <Button size="small" className="mt-2" icon={<Plus aria-hidden className="size-3.5" />} onClick={add}>
        {words.add}
      </Button>
    </fieldset>
  )
}

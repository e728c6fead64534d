import { secretNameFor } from '@local-mcp/contract'
import { looksSecret, namesSecret } from '@local-mcp/kernel'
import { KeyRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import type { Row } from '../../components/rows.ts'
import { useAction, useSee } from '../../lib/use-action.ts'
import { useSecrets } from '../../lib/use-nouns.ts'

/** The value without the word that says how it is used, such as "Bearer". */
const SCHEME = /^([A-Za-z]+ +)?([\s\S]*)$/

interface Props {
  row: Row
  /** Takes the value's place. */
  onStored: (value: string) => void
}

/** Beside a value that would be stored readable: offers to store it sealed, and to refer to it. */
export function StoreAsSecret({ row, onStored }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const secrets = useSecrets()
  const create = useAction(
    queries.secrets.create.mutationOptions({
      gcTime: 0,
      onSuccess: ({ name }) => {
        see({ type: 'secrets.changed' })
        onStored(`${scheme}{{secret:${name}}}`)
      },
    }),
  )
  const [, scheme = '', value = ''] = SCHEME.exec(row.value) ?? []
  if (value.trim() === '' || row.value.includes('{{') || !(looksSecret(row.value) || namesSecret(row.name))) return null
  const taken = new Set(secrets.data?.map(({ name }) => name))
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-ink-2 text-sm">
      <span>{t('storeSecret.text')}</span>
      <Button
        size="small"
        icon={<KeyRound aria-hidden className="size-3.5" />}
        busy={create.isPending}
        onClick={() => create.mutate({ name: secretNameFor(row.name, taken), value })}
      >
        {t('storeSecret.action')}
      </Button>
    </div>
  )
}

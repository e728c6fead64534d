import type { Pool } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { useSay } from '../../lib/use-action.ts'

/** Says what the pool is, where the environment does not. */
export function PoolEntries({ pool }: { pool: Pool }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const used = pool.from === 'generated' ? '' : pool.slots.flatMap(({ url, retiredAt }) => (retiredAt === null ? [url] : [])).join('\n')
  const [text, setText] = useState(used)
  const configure = useMutation(
    queries.pool.configure.mutationOptions({
      onSuccess: (changed) => {
        cache.setQueryData(queries.pool.get.queryKey(), changed)
        say(t('pool.saved'))
      },
    }),
  )
  if (pool.from === 'environment') return <p className="text-ink-2">{t('pool.fromEnvironment')}</p>
  const urls = text.split(/\s+/).filter(Boolean)
  return (
    <Card title={t('pool.own')} description={t('pool.ownText')}>
      <Form
        error={configure.error}
        busy={configure.isPending}
        onSubmit={() => configure.mutate({ urls: urls.length === 0 ? null : urls })}
        fields={[]}
        actions={
          <Button type="submit" className="self-start" busy={configure.isPending}>
            {t('common.save')}
          </Button>
        }
      >
        {() => <TextField label={t('pool.urls')} name="urls" hint={t('pool.urlsHint')} value={text} onChange={setText} rows={4} code />}
      </Form>
    </Card>
  )
}

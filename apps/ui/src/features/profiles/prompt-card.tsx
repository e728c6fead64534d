import { entryName, PROMPT_FORMATS, type Profile, type PromptFormat, snippetFor } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useFormatCount } from '../../lib/use-format-count.ts'
import { useSystem } from '../../lib/use-nouns.ts'

/** A text that tells a model which tools it has, and the snippet that gives them to a client. */
export function PromptCard({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [tab, setTab] = useState<string>('recommended')
  return (
    <Card
      title={t('prompt.title')}
      description={t('prompt.text')}
      actions={
        !open && (
          <Button size="small" onClick={() => setOpen(true)}>
            {t('prompt.show')}
          </Button>
        )
      }
    >
      {open && (
        <Tabs
          label={t('prompt.formats')}
          value={tab}
          onChange={setTab}
          items={[
            ...PROMPT_FORMATS.map((format) => ({
              value: format,
              label: t(`promptFormat.${format}`),
              content: <PromptText profile={profile} format={format} />,
            })),
            { value: 'snippet', label: t('promptFormat.snippet'), content: <SnippetText profile={profile} /> },
          ]}
        />
      )}
    </Card>
  )
}

function PromptText({ profile, format }: { profile: Profile; format: PromptFormat }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const count = useFormatCount()
  const prompt = useQuery(queries.profiles.prompt.queryOptions({ input: { profile: profile.id, format } }))
  if (prompt.isError) return <ErrorState error={prompt.error} onRetry={() => void prompt.refetch()} />
  if (prompt.data === undefined) return <RowsSkeleton rows={2} />
  const { text, tools, tokens } = prompt.data
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-ink-3 text-sm">{t('cost.ofServer', { count: tools, tools: count(tools), tokens: count(tokens) })}</p>
        <CopyButton label={t('prompt.copy')} value={text} wide />
      </div>
      <CodeBlock label={t('prompt.label', { format: t(`promptFormat.${format}`) })} wrap>
        {text}
      </CodeBlock>
    </div>
  )
}

/** The entry for clients that read `mcpServers`; its token is made on the page that connects a client. */
function SnippetText({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const system = useSystem()
  if (system.data === undefined) return <RowsSkeleton rows={2} />
  const { text } = snippetFor('cursor', {
    name: entryName(profile.slug, profile.isDefault),
    endpoint: profile.endpoint,
    token: t('prompt.tokenHere'),
    bridge: { cliCommand: system.data.cliCommand, databasePath: system.data.databasePath, profileSlug: profile.slug },
  })
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-ink-3 text-sm">{t('prompt.snippetText')}</p>
        <div className="flex flex-wrap gap-2">
          <Button href={`/clients/connect?profile=${profile.slug}`}>{t('clients.connect')}</Button>
          <CopyButton label={t('connect.copy')} value={text} wide />
        </div>
      </div>
      <CodeBlock label={t('promptFormat.snippet')}>{text}</CodeBlock>
    </div>
  )
}

import { entryName, type SystemInfo, snippetFor } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Notice } from '../../components/notice.tsx'
import type { ConnectedClient } from './connect-client-page.tsx'

/** What to paste, and where. */
export function SnippetCard({ connected: { client, profile, token }, system }: { connected: ConnectedClient; system: SystemInfo }) {
  const { t } = useTranslation()
  const snippet = snippetFor(client, {
    name: entryName(profile.slug, profile.isDefault),
    endpoint: profile.endpoint,
    token: token?.secret ?? '',
    bridge: { cliCommand: system.cliCommand, databasePath: system.databasePath, profileSlug: profile.slug },
  })
  const name = t(`client.${client}`)
  const own = snippet.files.length < 2 ? undefined : ownSystem()
  const files = snippet.files.toSorted((a, b) => Number(b.system === own) - Number(a.system === own))
  return (
    <Card
      title={snippet.kind === 'shell' ? t('connect.pasteShell') : t('connect.pasteJson', { client: name })}
      description={t(`connect.how.${client}`)}
      actions={<CopyButton label={t('connect.copy')} value={snippet.text} wide primary />}
    >
      <div className="flex flex-col gap-4">
        <CodeBlock label={t('connect.snippet', { client: name })} wrap={snippet.kind === 'shell'}>
          {snippet.text}
        </CodeBlock>
        {files.length > 0 && (
          <dl className="flex flex-col gap-2">
            {files.map(({ system, path }) => (
              <div key={path} className="grid items-center gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
                <dt className="text-ink-3">{t(`connect.file.${system}`)}</dt>
                <dd className="min-w-0">
                  <CopyLine label={t('connect.path')} value={path} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        {token && (
          <Notice tone="warn" title={t('createToken.once')}>
            {t('connect.onceText')}
          </Notice>
        )}
      </div>
    </Card>
  )
}

function ownSystem(): 'macos' | 'windows' | 'linux' {
  const agent = navigator.userAgent
  if (agent.includes('Mac')) return 'macos'
  return agent.includes('Windows') ? 'windows' : 'linux'
}

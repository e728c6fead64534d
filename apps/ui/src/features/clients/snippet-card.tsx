import { entryName, type SystemInfo, snippetFor } from '@local-mcp/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Notice } from '../../components/notice.tsx'
import type { ConnectedClient } from './connected-client.ts'

interface Props {
  connected: ConnectedClient
  system: SystemInfo
  /** The file of the client on this computer, if it is known: then no other is named. */
  file: string | undefined
  /** Makes another one, where this one cannot be shown any more. */
  onAnother: () => void
}

const TITLES = { shell: 'connect.pasteShell', json: 'connect.pasteJson', toml: 'connect.pasteToml', parts: 'connect.pasteParts' } as const

/** What to paste, and where. */
export function SnippetCard({ connected: { client, profile, token }, system, file, onAnother }: Props) {
  const { t } = useTranslation()
  if (token !== null && token.secret === null) {
    return (
      <Notice tone="info" title={t('connect.goneTitle')} actions={<Button onClick={onAnother}>{t('connect.goneAction')}</Button>}>
        {t('connect.goneText', { name: token.name })}
      </Notice>
    )
  }
  const snippet = snippetFor(client, {
    name: entryName(profile.slug, profile.isDefault),
    endpoint: profile.endpoint,
    token: token?.secret ?? '',
    bridge: { cliCommand: system.cliCommand, databasePath: system.databasePath, profileSlug: profile.slug },
  })
  const name = t(`client.${client}`)
  const { kind, text, parts } = snippet
  const own = snippet.files.length < 2 ? undefined : ownSystem()
  const known = file === undefined || kind === 'shell' ? null : file
  const files = snippet.files
    .filter(({ system }) => known === null || system === 'workspace')
    .toSorted((a, b) => Number(b.system === own) - Number(a.system === own))
  return (
    <Card
      title={t(TITLES[kind], { client: name })}
      description={t(`connect.how.${client}`)}
      {...(parts === null && { actions: <CopyButton label={t('connect.copy')} value={text} wide primary /> })}
    >
      <div className="flex flex-col gap-4">
        {parts === null ? (
          <CodeBlock label={t('connect.snippet', { client: name })} wrap={kind === 'shell'}>
            {text}
          </CodeBlock>
        ) : (
          <>
            <Part label={t('connect.url')}>
              <CopyLine label={t('connect.url')} value={parts.url} />
            </Part>
            <Part label={t('connect.header', { name: parts.header.name })}>
              <CopyLine label={t('connect.header', { name: parts.header.name })} value={parts.header.value} />
            </Part>
            <Part label={t('connect.asJson')} actions={<CopyButton label={t('copy.label', { what: t('connect.asJson') })} value={text} />}>
              <CodeBlock label={t('connect.snippet', { client: name })}>{text}</CodeBlock>
            </Part>
            <Part
              label={t('connect.asCommand')}
              actions={<CopyButton label={t('copy.label', { what: t('connect.asCommand') })} value={parts.command} />}
            >
              <CodeBlock label={t('connect.asCommand')}>{parts.command}</CodeBlock>
            </Part>
          </>
        )}
        {(known !== null || files.length > 0) && (
          <dl className="flex flex-col gap-2">
            {[...(known === null ? [] : [{ system: 'any' as const, path: known }]), ...files].map(({ system, path }) => (
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
          <Notice tone="info" title={t('createToken.once')}>
            {t('connect.onceText')}
          </Notice>
        )}
      </div>
    </Card>
  )
}

function Part({ label, actions, children }: { label: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <div className="mb-1 flex items-center justify-between gap-2">
        <p className="font-medium">{label}</p>
        {actions}
      </div>
      {children}
    </div>
  )
}

function ownSystem(): 'macos' | 'windows' | 'linux' {
  const agent = navigator.userAgent
  if (agent.includes('Mac')) return 'macos'
  return agent.includes('Windows') ? 'windows' : 'linux'
}

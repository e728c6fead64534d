import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { ShieldQuestionMark } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { useSee } from '../../lib/use-action.ts'
import { visibleText } from '../../lib/visible-text.ts'

interface Props {
  server: Server
  onApproved?: () => void
  /** The other way out. */
  decline: ReactNode
}

/** Everything that decides what will run or where it connects, as it is stored, and the consent to exactly that. */
export function ConsentPanel({ server, onApproved, decline }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const id = useId()
  const approve = useMutation(
    queries.servers.approve.mutationOptions({
      onSuccess: (approved) => {
        see({ type: 'server.updated', server: approved })
        onApproved?.()
      },
    }),
  )
  const { config } = server

  return (
    <section aria-labelledby={id} className="rounded-lg border border-warn/40 bg-surface shadow-raised">
      <div className="flex gap-3 rounded-t-lg bg-warn-soft px-4 py-3.5 sm:px-5">
        <ShieldQuestionMark aria-hidden className="mt-0.5 size-5 shrink-0 text-warn" />
        <div className="min-w-0">
          <h2 id={id} className="text-base">
            {'command' in config ? t('consent.titleCommand') : t('consent.titleUrl')}
          </h2>
          <p className="text-ink-2">{'command' in config ? t('consent.textCommand') : t('consent.textUrl')}</p>
        </div>
      </div>
      <div className="px-4 py-4 sm:px-5">
        {'command' in config && (
          <Facts
            items={[
              [t('consent.program'), <Words key="program" words={[config.command]} label={t('consent.program')} />],
              [
                t('consent.arguments'),
                config.args.length > 0 ? (
                  <Words key="args" words={config.args} label={t('consent.arguments')} numbered />
                ) : (
                  t('common.none')
                ),
              ],
              [t('consent.env'), <Names key="env" names={Object.keys(config.env)} />],
              [
                t('consent.cwd'),
                config.cwd === undefined ? t('consent.cwdDefault') : <Words key="cwd" words={[config.cwd]} label={t('consent.cwd')} />,
              ],
            ]}
          />
        )}
        {'url' in config && (
          <Facts
            items={[
              [t('consent.url'), <Words key="url" words={[config.url]} label={t('consent.url')} />],
              ...('postEndpoint' in config && config.postEndpoint
                ? [
                    [
                      t('serverForm.postEndpoint'),
                      <Words key="post" words={[config.postEndpoint]} label={t('serverForm.postEndpoint')} />,
                    ] as [string, ReactNode],
                  ]
                : []),
              [
                t('consent.headers'),
                <Names
                  key="headers"
                  names={[
                    ...Object.keys(config.headers),
                    ...(server.apiKey ? [t('consent.key', { header: server.apiKey.headerName })] : []),
                  ]}
                />,
              ],
            ]}
          />
        )}
        {approve.isError && (
          <div className="mt-4">
            <ErrorState error={approve.error} />
          </div>
        )}
        <div className="mt-5 flex flex-wrap gap-2">
          <Button variant="primary" busy={approve.isPending} onClick={() => approve.mutate({ server: server.id, version: server.version })}>
            {'command' in config ? t('consent.approveCommand') : t('consent.approveUrl')}
          </Button>
          {decline}
        </div>
      </div>
    </section>
  )
}

/** One word per line, so that a blank inside an argument cannot be mistaken for two arguments. */
function Words({ words, label, numbered = false }: { words: readonly string[]; label: string; numbered?: boolean }) {
  return (
    <ol aria-label={label} dir="ltr" className="overflow-hidden rounded-md border border-line bg-sunken font-mono text-sm">
      {words.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of an argument is all that it is
        <li key={index} className="flex border-line border-b last:border-b-0">
          {numbered && (
            <span aria-hidden className="w-9 shrink-0 select-none border-line border-e py-1.5 text-center text-ink-3 text-xs leading-5">
              {index + 1}
            </span>
          )}
          <span className="wrap-anywhere min-w-0 whitespace-pre-wrap px-2.5 py-1.5">{visibleText(word) || '""'}</span>
        </li>
      ))}
    </ol>
  )
}

function Names({ names }: { names: readonly string[] }) {
  const { t } = useTranslation()
  if (names.length === 0) return t('common.none')
  return (
    <ul className="flex flex-wrap gap-1.5">
      {names.map((name) => (
        <li key={name} className="wrap-anywhere rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-sm">
          {name}
        </li>
      ))}
    </ul>
  )
}

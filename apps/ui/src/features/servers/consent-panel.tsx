import { reservedEnv, type Server, unpinnedPackage } from '@local-mcp/contract'
import { visibleText } from '@local-mcp/kernel'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ShieldQuestionMark } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { Notice } from '../../components/notice.tsx'
import { useSee } from '../../lib/use-action.ts'

interface Props {
  server: Server
  onApproved?: () => void
  /** The other way out. */
  decline: ReactNode
}

/** The header that carries its key, with no more of the key than by what it is recognised. */
const keyShown = ({ apiKey }: Server) =>
  apiKey && { [apiKey.headerName]: apiKey.template.replaceAll('{apiKey}', () => `••••${apiKey.hint ?? ''}`) }

/** Everything that decides what will run or where it connects, as it is stored, and the consent to exactly that. */
export function ConsentPanel({ server, onApproved, decline }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const id = useId()
  // Where the command leads is looked up each time, because it changes without the server changing.
  const program = useQuery({ ...queries.servers.program.queryOptions({ input: { server: server.id } }), staleTime: 0 })
  const approve = useMutation(
    queries.servers.approve.mutationOptions({
      onSuccess: (approved) => {
        see({ type: 'server.updated', server: approved })
        onApproved?.()
      },
      onError: () => void program.refetch(),
    }),
  )
  const { config } = server
  const reserved = 'command' in config ? reservedEnv(config.env) : []
  const unpinned = 'command' in config ? unpinnedPackage(config.command, config.args) : null
  const path = program.data?.path

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
              ...(path === undefined
                ? []
                : [
                    [
                      t('consent.file'),
                      path === null ? t('consent.fileMissing') : <Words key="file" words={[path]} label={t('consent.file')} />,
                    ] as [string, ReactNode],
                  ]),
              [
                t('consent.arguments'),
                config.args.length > 0 ? (
                  <Words key="args" words={config.args} label={t('consent.arguments')} numbered />
                ) : (
                  t('common.none')
                ),
              ],
              [t('consent.env'), <Names key="env" values={config.env} />],
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
              [t('consent.headers'), <Names key="headers" values={{ ...config.headers, ...keyShown(server) }} />],
            ]}
          />
        )}
        {reserved.length > 0 && 'command' in config && (
          <div className="mt-4">
            <Notice tone="warn" title={t('consent.reserved')}>
              <Words words={reserved.map((name) => `${name}=${config.env[name]}`)} label={t('consent.env')} />
            </Notice>
          </div>
        )}
        {unpinned && (
          <div className="mt-4">
            <Notice tone="info" title={t('consent.unpinned')}>
              <p>{t('consent.unpinnedText', { package: unpinned, example: `${unpinned.replace(/(.)@.*$/, '$1')}@1.2.3` })}</p>
            </Notice>
          </div>
        )}
        {approve.isError && (
          <div className="mt-4">
            <ErrorState error={approve.error} />
          </div>
        )}
        <div className="mt-5 flex flex-wrap gap-2">
          <Button
            variant="primary"
            busy={approve.isPending}
            onClick={() =>
              approve.mutate({
                server: server.id,
                version: server.version,
                ...(path !== undefined && 'command' in config && { program: path }),
              })
            }
          >
            {'command' in config ? t('consent.approveCommand') : t('consent.approveUrl')}
          </Button>
          {decline}
        </div>
      </div>
    </section>
  )
}

/** One word per line, so that a blank inside an argument cannot be mistaken for two arguments. */
export function Words({ words, label, numbered = false }: { words: readonly string[]; label: string; numbered?: boolean }) {
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

/** Names, and the values that say what is taken from elsewhere: a person agrees to where that goes. */
function Names({ values }: { values: Readonly<Record<string, string>> }) {
  const { t } = useTranslation()
  const entries = Object.entries(values)
  if (entries.length === 0) return t('common.none')
  return (
    <ul className="flex flex-wrap gap-1.5">
      {entries.map(([name, value]) => (
        <li key={name} className="wrap-anywhere rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-sm">
          {value.includes('{{') ? `${name} = ${visibleText(value)}` : name}
        </li>
      ))}
    </ul>
  )
}

import type { Server } from '@local-mcp/contract'
import { joinCommand, visibleText } from '@local-mcp/kernel'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Facts } from '../../components/facts.tsx'
import { formatDuration } from '../../lib/format-duration.ts'

/** What the server runs or where it is, to read. */
export function ServerConfig({ server }: { server: Server }) {
  const { t, i18n } = useTranslation()
  const { config, status } = server
  const record = (values: Record<string, string>): ReactNode =>
    Object.keys(values).length === 0 ? (
      t('common.none')
    ) : (
      <ul dir="ltr">
        {Object.entries(values).map(([name, value]) => (
          <li key={name}>
            <code className="wrap-anywhere">
              {name} = {visibleText(value)}
            </code>
          </li>
        ))}
      </ul>
    )
  const code = (text: string) => (
    <code dir="ltr" className="wrap-anywhere">
      {visibleText(text)}
    </code>
  )

  const items: [string, ReactNode][] = []
  if ('command' in config) {
    items.push([t('serverForm.command'), code(joinCommand(config.command, config.args))])
    items.push([t('serverForm.env'), record(config.env)])
    if (config.cwd !== undefined) items.push([t('serverForm.cwd'), code(config.cwd)])
    items.push([t('server.unused'), t(server.keepAlive ? 'server.unusedKept' : 'server.unusedEnded')])
  } else if ('url' in config) {
    items.push([t('serverForm.url'), code(config.url)])
    items.push([t('serverForm.headers'), record(config.headers)])
    if (server.apiKey) {
      const { headerName, template, hint } = server.apiKey
      items.push([t('apiKey.label'), code(`${headerName}: ${template.replaceAll('{apiKey}', `••••${hint ?? ''}`)}`)])
    }
    if ('postEndpoint' in config && config.postEndpoint) items.push([t('serverForm.postEndpoint'), code(config.postEndpoint)])
    if (server.type === 'remote_sse') items.push([t('serverForm.carrier'), t('serverForm.carriers.sse')])
    if (config.allowPrivateNetwork) items.push([t('server.network'), t('server.networkPrivate')])
  } else items.push([t('server.kind'), t('servers.builtin')])
  if ('protocol' in config && config.protocol) items.push([t('serverForm.protocol'), t(`serverForm.protocols.${config.protocol}`)])
  items.push([t('server.prefix'), code(server.slug)])
  items.push([t('server.timeout'), formatDuration(server.timeoutMs, i18n.language)])
  if (status.serverInfo)
    items.push([t('server.reports'), t('server.reportsText', { name: status.serverInfo.name, version: status.serverInfo.version })])
  if (status.protocolVersion) items.push([t('server.protocol'), code(status.protocolVersion)])
  if (status.program !== null) items.push([t('server.program'), code(status.program)])
  if (status.pid !== null) items.push([t('server.pid'), String(status.pid)])
  return <Facts items={items} />
}

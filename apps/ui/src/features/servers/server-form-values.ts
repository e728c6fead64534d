import { type ApiKey, type ApiKeyInput, nameOfCommand, nameOfUrl, reservedEnv, type Server } from '@local-mcp/contract'
import { joinCommand, splitCommand } from '@local-mcp/kernel'
import { newRow, type Row, toRecord } from '../../components/rows.ts'
import { isPrivateUrl } from './private-host.ts'

export type ServerKind = 'external' | 'remote_http'
export const CARRIERS = ['http', 'sse'] as const
export const PROTOCOLS = ['auto', 'legacy', '2026-07-28'] as const

/** What is typed in the form of a server. Both kinds are kept, so that a look at the other one loses nothing. */
export interface ServerFormValues {
  readonly kind: ServerKind
  /** Null as long as the suggestion is taken. */
  readonly name: string | null
  readonly line: string
  readonly env: readonly Row[]
  readonly cwd: string
  readonly allowReservedEnv: boolean
  readonly url: string
  readonly headers: readonly Row[]
  readonly allowPrivateNetwork: boolean
  /** How a URL is spoken to: Streamable HTTP, or HTTP+SSE. */
  readonly carrier: (typeof CARRIERS)[number]
  readonly postEndpoint: string
  readonly protocol: (typeof PROTOCOLS)[number]
  /** A new key; empty: the one that is stored stays. */
  readonly apiKey: string
  readonly keyHeader: string
  readonly keyTemplate: string
  /** What is stored; null: nothing. */
  readonly storedKey: ApiKey | null
  readonly dropKey: boolean
  readonly sourceIds: readonly string[]
  /** Runs also while nobody uses it. */
  readonly keepAlive: boolean
}

export const EMPTY_SERVER_FORM: ServerFormValues = {
  kind: 'external',
  name: null,
  line: '',
  env: [],
  cwd: '',
  allowReservedEnv: false,
  url: '',
  headers: [],
  allowPrivateNetwork: false,
  carrier: 'http',
  postEndpoint: '',
  protocol: 'auto',
  apiKey: '',
  keyHeader: '',
  keyTemplate: '',
  storedKey: null,
  dropKey: false,
  sourceIds: [],
  keepAlive: false,
}

/** What a form shows of a server, or of one that is about to be. */
export function valuesOfServer(
  server: Pick<Server, 'name' | 'type' | 'config'> & Partial<Pick<Server, 'apiKey' | 'sourceIds' | 'keepAlive'>>,
): ServerFormValues {
  return { ...valuesOfConfig(server), sourceIds: server.sourceIds ?? [], keepAlive: server.keepAlive ?? false }
}

function valuesOfConfig({
  name,
  type,
  config,
  apiKey: storedKey = null,
}: Pick<Server, 'name' | 'type' | 'config'> & Partial<Pick<Server, 'apiKey'>>): ServerFormValues {
  const protocol = ('protocol' in config && config.protocol) || 'auto'
  const rows = (record: Record<string, string>) => Object.entries(record).map(([key, value]) => ({ ...newRow(), name: key, value }))
  if ('command' in config) {
    const line = joinCommand(config.command, config.args)
    const { env, cwd = '', allowReservedEnv = false } = config
    return { ...EMPTY_SERVER_FORM, kind: 'external', name, line, env: rows(env), cwd, allowReservedEnv, protocol }
  }
  if ('url' in config) {
    const { url, headers, allowPrivateNetwork } = config
    const carrier = type === 'remote_sse' ? 'sse' : 'http'
    const postEndpoint = ('postEndpoint' in config && config.postEndpoint) || ''
    return {
      ...EMPTY_SERVER_FORM,
      kind: 'remote_http',
      name,
      url,
      headers: rows(headers),
      allowPrivateNetwork,
      carrier,
      postEndpoint,
      protocol,
      storedKey,
      keyHeader: storedKey?.headerName ?? '',
      keyTemplate: storedKey?.template ?? '',
    }
  }
  return { ...EMPTY_SERVER_FORM, name }
}

/** The name that the server gets when none is typed. */
export function suggestedName({ kind, line, url }: ServerFormValues): string {
  if (kind === 'remote_http') return nameOfUrl(url.trim())
  const { command, args } = splitCommand(line)
  return nameOfCommand([command, ...args])
}

/** Whether consent to a target in the local network has to be asked for. */
export function asksForPrivateNetwork(values: ServerFormValues, errors: Readonly<Record<string, string>>): boolean {
  return values.allowPrivateNetwork || isPrivateUrl(values.url) || 'config.allowPrivateNetwork' in errors
}

/** What is to become of the key: absent: nothing; null: none any more. */
function keyOf({ kind, apiKey, keyHeader, keyTemplate, storedKey, dropKey }: ServerFormValues): { apiKey?: ApiKeyInput | null } {
  if (kind !== 'remote_http') return {}
  if (dropKey) return { apiKey: null }
  const [headerName, template] = [keyHeader.trim(), keyTemplate.trim()]
  const same = storedKey && storedKey.headerName === headerName && storedKey.template === template
  if (apiKey === '' && (storedKey === null || same)) return {}
  return { apiKey: { ...(apiKey !== '' && { value: apiKey }), ...(headerName && { headerName }), ...(template && { template }) } }
}

/** Whether consent to variables that bring other code along has to be asked for. */
export function asksForReservedEnv({ env }: ServerFormValues): boolean {
  return reservedEnv(toRecord(env)).length > 0
}

/** Name and configuration in the form of the contract. */
export function toServerInput(values: ServerFormValues): {
  name: string
  type: ServerKind | 'remote_sse'
  config: Record<string, unknown>
  apiKey?: ApiKeyInput | null
  sourceIds: string[]
  keepAlive: boolean
} {
  // What is found out is not written down: the configuration stays the one that was agreed to.
  const protocol = values.protocol !== 'auto' && { protocol: values.protocol }
  const { keepAlive } = values
  const sourceIds = [...values.sourceIds]
  const name = (values.name ?? suggestedName(values)).trim()
  if (values.kind === 'remote_http') {
    const { url, headers, allowPrivateNetwork } = values
    const config = { url: url.trim(), headers: toRecord(headers), allowPrivateNetwork }
    const postEndpoint = values.postEndpoint.trim()
    const more = { keepAlive, sourceIds, ...keyOf(values) }
    if (values.carrier === 'sse')
      return { name, ...more, type: 'remote_sse', config: { ...config, ...(postEndpoint !== '' && { postEndpoint }) } }
    return { name, ...more, type: 'remote_http', config: { ...config, ...protocol } }
  }
  const { command, args } = splitCommand(values.line)
  const cwd = values.cwd.trim()
  const allowReservedEnv = values.allowReservedEnv && asksForReservedEnv(values) && { allowReservedEnv: true }
  const config = { command, args, env: toRecord(values.env), ...(cwd !== '' && { cwd }), ...allowReservedEnv, ...protocol }
  return { name, sourceIds, keepAlive, type: 'external', config }
}

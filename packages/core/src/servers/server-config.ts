import {
  asksIn,
  CREATABLE_TYPES,
  configSchemas,
  type ExternalConfig,
  issueMessage,
  mapTexts,
  type RemoteHttpConfig,
  type RemoteSseConfig,
  reservedEnv,
  type SchemaIssue,
  type ServerConfig,
} from '@local-mcp/contract'
import { AppError, type FieldError, looksSecret, namesSecret } from '@local-mcp/kernel'
import { classifyHost } from './addresses.ts'

type CreatableType = (typeof CREATABLE_TYPES)[number]

const REFERENCE = /^(?:[A-Za-z]+ )?\{\{(?:env:[A-Za-z_][A-Za-z0-9_]*|source:[^{}]+\.[A-Za-z_][A-Za-z0-9_]*)\}\}$/

/** Headers that the gateway writes itself, or that would let a configuration change how the request is framed. */
const FORBIDDEN_HEADERS = new Set([
  'host',
  'content-length',
  'content-type',
  'accept',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** @throws AppError INVALID_TYPE */
export function assertCreatable(type: string): asserts type is CreatableType {
  if (!(CREATABLE_TYPES as readonly string[]).includes(type)) {
    throw new AppError('INVALID_TYPE', `Servers of type "${type.slice(0, 50)}" cannot be created`, {
      fields: [{ path: ['type'], message: `Use one of: ${CREATABLE_TYPES.join(', ')}` }],
    })
  }
}

/**
 * Checks a configuration as a person or a program wrote it.
 *
 * @returns the configuration with defaults filled in
 * @throws AppError INVALID_CONFIG with the path of every field that is refused
 */
export function parseServerConfig(type: CreatableType, input: unknown): ServerConfig {
  const parsed = configSchemas[type].safeParse(input)
  if (!parsed.success) {
    throw invalid(
      parsed.error.issues.map((issue) => ({
        path: ['config', ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))],
        message: issueMessage(issue as SchemaIssue),
      })),
    )
  }
  const problems = [
    ...checkAsks(parsed.data),
    ...(type === 'external'
      ? checkExternal(parsed.data as ExternalConfig)
      : checkRemote(parsed.data as RemoteHttpConfig | RemoteSseConfig)),
  ]
  if (problems.length > 0) throw invalid(problems)
  return parsed.data
}

const invalid = (fields: readonly FieldError[]) => {
  const [first] = fields
  return new AppError('INVALID_CONFIG', first ? `${first.path.join('.')}: ${first.message}` : 'The configuration is not valid', { fields })
}

const SECRET_ADVICE =
  'This looks like a secret, and secrets are not stored in readable form. Keep it in a source and write {{source:name.key}} here, or set it as a variable where the gateway runs and write {{env:NAME}}'

function checkSecrets(values: Readonly<Record<string, string>>, at: string): FieldError[] {
  return Object.entries(values)
    .filter(([name, value]) => value !== '' && !REFERENCE.test(value) && (looksSecret(value) || namesSecret(name)))
    .map(([name]) => ({ path: ['config', at, name], message: SECRET_ADVICE }))
}

/** A draft that somebody sends back as it came: the values that it asks for are still missing. */
function checkAsks(config: ExternalConfig | RemoteHttpConfig | RemoteSseConfig): FieldError[] {
  const problems: FieldError[] = []
  mapTexts(config, (text, place) => {
    const [name] = asksIn(text)
    if (name !== undefined) problems.push({ path: ['config', ...place], message: `"${name}" is still missing` })
    return text
  })
  return problems
}

function checkExternal({ args, env, allowReservedEnv }: ExternalConfig): FieldError[] {
  const problems = checkSecrets(env, 'env')
  const reserved = allowReservedEnv ? [] : reservedEnv(env)
  if (reserved.length > 0)
    problems.push({
      path: ['config', 'allowReservedEnv'],
      message: `${reserved.join(', ')} can make other code run than the command says: agree to that first`,
    })
  // Arguments are readable by every user of the computer, so references are no way out here.
  args.forEach((arg, i) => {
    if (/\{\{(?:source|secret):/.test(arg))
      problems.push({ path: ['config', 'args', i], message: 'Arguments can be read by other users: pass the value as a variable instead' })
    else if (looksSecret(arg))
      problems.push({
        path: ['config', 'args', i],
        message: 'This looks like a secret. Arguments can be read by other users: pass it as a variable instead',
      })
  })
  return problems
}

function checkUrl(url: string, at: string): FieldError[] {
  const problems: FieldError[] = []
  const path = ['config', at]
  const parsed = new URL(url)
  if (parsed.username || parsed.password) problems.push({ path, message: 'A URL must not hold a user name or password' })
  if (looksSecret(parsed.search) || [...parsed.searchParams.keys()].some(namesSecret)) problems.push({ path, message: SECRET_ADVICE })
  return problems
}

function checkRemote(config: RemoteHttpConfig | RemoteSseConfig): FieldError[] {
  const { url, headers, allowPrivateNetwork } = config
  const problems = checkSecrets(headers, 'headers')
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase()
    if (FORBIDDEN_HEADERS.has(lower) || lower.startsWith('mcp-')) {
      problems.push({ path: ['config', 'headers', name], message: 'The gateway sets this header itself' })
    }
  }
  const parsed = new URL(url)
  problems.push(...checkUrl(url, 'url'))
  if ('postEndpoint' in config && config.postEndpoint !== undefined) {
    problems.push(...checkUrl(config.postEndpoint, 'postEndpoint'))
    if (new URL(config.postEndpoint).origin !== parsed.origin)
      problems.push({ path: ['config', 'postEndpoint'], message: 'Must be on the same origin as the stream' })
  }
  const kind = classifyHost(parsed)
  if (kind === 'forbidden') problems.push({ path: ['config', 'url'], message: 'Link-local and metadata addresses are never contacted' })
  if ((kind === 'loopback' || kind === 'private') && !allowPrivateNetwork) {
    problems.push({
      path: ['config', 'allowPrivateNetwork'],
      message: 'This address is on your computer or in your local network: agree to it first',
    })
  }
  return problems
}

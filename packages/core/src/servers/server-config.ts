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
import { hasBrokenReference, withoutReferences } from '../secrets/references.ts'
import { classifyHost } from './addresses.ts'
import { isReservedHeader } from './headers.ts'

type CreatableType = (typeof CREATABLE_TYPES)[number]

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
  'This looks like a secret, and secrets are not stored in readable form. Store it (Secrets page, or `secret set`) and write {{secret:name}} here, or {{source:name.key}} for a value of a source, or {{env:NAME}} for a variable of the gateway'
const NOT_A_REFERENCE = 'This is not a reference that can be resolved: write {{secret:name}}, {{source:name.key}} or {{env:NAME}}'

/** Whether a value would store something secret readable: whatever stands beside the references, but for a word like "Bearer". */
function isReadableSecret(name: string, value: string): boolean {
  const rest = withoutReferences(value)
  if (looksSecret(rest)) return true
  return namesSecret(name) && rest.trim() !== '' && (rest === value || !/^[A-Za-z]+ $/.test(rest))
}

function checkValues(values: Readonly<Record<string, string>>, at: string): FieldError[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = ['config', at, name]
    if (hasBrokenReference(value)) return [{ path, message: NOT_A_REFERENCE }]
    return isReadableSecret(name, value) ? [{ path, message: SECRET_ADVICE }] : []
  })
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

function checkExternal({ command, args, env, allowReservedEnv }: ExternalConfig): FieldError[] {
  const problems = checkValues(env, 'env')
  const reserved = allowReservedEnv ? [] : reservedEnv(env)
  if (reserved.length > 0)
    problems.push({
      path: ['config', 'allowReservedEnv'],
      message: `${reserved.join(', ')} can make other code run than the command says: agree to that first`,
    })
  // Arguments are readable by every user of the computer, so references are no way out here.
  for (const [path, text] of [[['command'], command] as const, ...args.map((arg, i) => [['args', i], arg] as const)]) {
    const secret = looksSecret(text)
      ? 'This looks like a secret'
      : /\{\{\s*(?:secret|source)\s*:/.test(text)
        ? 'A secret cannot stand here'
        : null
    if (secret)
      problems.push({
        path: ['config', ...path],
        message: `${secret}. Arguments can be read by other users: pass it as a variable instead`,
      })
  }
  return problems
}

function checkUrl(url: string, at: string): FieldError[] {
  const problems: FieldError[] = []
  const path = ['config', at]
  const parsed = new URL(url)
  if (parsed.username || parsed.password) problems.push({ path, message: 'A URL must not hold a user name or password' })
  if (/\{\{|%7B%7B/i.test(url)) problems.push({ path, message: 'References are resolved in headers, not in the URL' })
  if (looksSecret(parsed.search) || [...parsed.searchParams.keys()].some(namesSecret)) problems.push({ path, message: SECRET_ADVICE })
  return problems
}

function checkRemote(config: RemoteHttpConfig | RemoteSseConfig): FieldError[] {
  const { url, headers, allowPrivateNetwork } = config
  const problems = checkValues(headers, 'headers')
  for (const name of Object.keys(headers)) {
    if (isReservedHeader(name)) problems.push({ path: ['config', 'headers', name], message: 'The gateway sets this header itself' })
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

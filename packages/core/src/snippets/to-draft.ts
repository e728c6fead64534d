import { type Draft, type DraftConfig, type DraftHint, type FoundSecret, mapTexts, nameOfCommand, nameOfUrl } from '@local-mcp/contract'
import { looksSecret, namesSecret } from '@local-mcp/kernel'
import { constant, createAsker, type TextPlace } from './placeholders.ts'
import type { Inputs, RawServer } from './raw-server.ts'

/** Turns what was read into what fills the form: wrappers undone, placeholders and secrets found. */
export function toDraft(raw: RawServer, inputs: Inputs): Draft {
  const { server, hints } = unwrap(raw)
  const name = server.name || (server.url === undefined ? nameOfCommand([server.command ?? '', ...server.args]) : nameOfUrl(server.url))
  const asker = createAsker(inputs, name)
  const read: DraftConfig =
    server.url === undefined
      ? {
          command: server.command ?? '',
          args: [...server.args],
          env: validNames(server.env),
          ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
        }
      : { url: server.url, headers: withoutOurs(server.headers) }
  const config = mapTexts(read, (text, place) => asker.convert(text, placeOf(place, read)))
  return {
    name: name.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '').slice(0, 255),
    type: 'command' in config ? 'external' : server.sse ? 'remote_sse' : 'remote_http',
    config,
    ...(server.timeoutMs === undefined ? {} : { timeoutMs: server.timeoutMs }),
    asks: asker.asks(),
    secrets: secretsOf(config, asker.base),
    hints: [...new Set([...server.hints, ...hints])],
    ignored: [...server.ignored],
  }
}

/** What a text is the value of. An argument belongs to the option before it. */
function placeOf([at, key]: readonly (string | number)[], config: DraftConfig): TextPlace {
  if (at === 'env' || at === 'headers') return { field: String(key), refers: true }
  if (at === 'args' && 'args' in config && typeof key === 'number') {
    const before = config.args[key - 1] ?? ''
    return { field: /^--?[A-Za-z]/.test(before) && !before.includes('=') ? before.replace(/^-+/, '') : '', refers: false }
  }
  return { field: '', refers: false }
}

const REFERENCE = /\{\{(?:env|secret|ask):/
const SCHEME = /^(?:Bearer|Basic|Token|ApiKey) +/i

/** The connection string of a database with its password. */
const LOGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i

function secretsOf(config: DraftConfig, base: string): FoundSecret[] {
  const found: FoundSecret[] = []
  const add = (place: readonly (string | number)[], field: string) =>
    found.push({
      place: [...place],
      suggestedName: /^authorization$/i.test(field) || field === '' ? `${base}_TOKEN` : nameFor(field, base),
    })
  mapTexts(config, (text, place) => {
    const { field } = placeOf(place, config)
    const value = text.replace(SCHEME, '')
    if (value.trim() === '' || REFERENCE.test(text)) return text
    if (place[0] === 'url') {
      if (looksSecret(text) || /^[a-z]+:\/\/[^/?#]*@/i.test(text) || queryNames(text).some(namesSecret)) add(place, '')
    } else if (place[0] === 'args') {
      const [, option, joined] = /^--?([\w-]+)=(.+)$/.exec(text) ?? []
      if (
        looksSecret(text) ||
        (joined !== undefined && namesSecret(option!)) ||
        (field !== '' && namesSecret(field) && !text.startsWith('-'))
      )
        add(place, option ?? field)
    } else if (place[0] === 'env' || place[0] === 'headers') {
      if (looksSecret(text) || namesSecret(field) || LOGIN.test(text)) add(place, field)
    }
    return text
  })
  return found
}

/** A header or option alone does not tell whose key it is. */
const nameFor = (field: string, base: string) => {
  const name = constant(field)
  return /^[A-Z][A-Z0-9_]*$/.test(field) ? name : name.startsWith(base) ? name : `${base}_${name}`
}

const queryNames = (url: string) => [...url.matchAll(/[?&]([^=&#]+)=/g)].map(([, name]) => name!)

/** Variables with names that no program could read are left out. */
const validNames = (env: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^[A-Za-z_]\w*$/.test(name)))

/** Headers of the carrier are the gateway's own. */
const withoutOurs = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/^(?:accept|content-type|connection|host|mcp-.*)$/i.test(name),
    ),
  )

const PROXY = /^mcp-remote(?:@[\w.^~-]+)?$/

function unwrap(server: RawServer): { server: RawServer; hints: DraftHint[] } {
  if (server.command === undefined) return { server, hints: [] }
  const words = [server.command, ...server.args]
  const proxy = words.findIndex((word) => PROXY.test(word))
  if (proxy >= 0 && proxy < 5) return withoutProxy(server, words.slice(proxy + 1))
  if (/(?:^|[\\/])(?:docker|podman|nerdctl)(?:\.exe)?$/.test(server.command) && server.args[0] === 'run') return ofDocker(server)
  return { server, hints: [] }
}

/** `mcp-remote` makes a remote server look like a program; the gateway speaks to it without. */
function withoutProxy(server: RawServer, words: readonly string[]): { server: RawServer; hints: DraftHint[] } {
  const at = words.findIndex((word) => /^https?:\/\//i.test(word))
  if (at < 0) return { server, hints: [] }
  const own = (text: string) =>
    text.replace(/\$\{([A-Za-z_]\w*)\}|\$([A-Z_][A-Z0-9_]*)\b/g, (all, a?: string, b?: string) => server.env[a ?? b ?? ''] || all)
  const headers: Record<string, string> = {}
  let sse = false
  words.forEach((word, index) => {
    const header = word.startsWith('--header=') ? word.slice(9) : words[index - 1] === '--header' ? word : ''
    const cut = header.indexOf(':')
    if (cut > 0) headers[header.slice(0, cut).trim()] = own(header.slice(cut + 1).trim())
    sse ||= words[index - 1] === '--transport' && word === 'sse-only'
  })
  const { command: _, cwd: __, ...rest } = server
  return { server: { ...rest, url: own(words[at]!), args: [], env: {}, headers, sse }, hints: ['proxy'] }
}

/** Values of `-e NAME=value` are arguments, which every user of the computer can read: they become variables. */
function ofDocker(server: RawServer): { server: RawServer; hints: DraftHint[] } {
  const env: Record<string, string> = { ...server.env }
  const args: string[] = []
  const flags: string[] = []
  let image = ''
  server.args.forEach((word, at) => {
    const before = image !== '' ? '' : (server.args[at - 1] ?? '')
    const isEnv = before === '-e' || before === '--env'
    const joined = image !== '' ? null : /^(?:-e|--env)=(.*)$/s.exec(word)
    const text = isEnv ? word : joined?.[1]
    if (text !== undefined && text !== null) {
      const [, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text) ?? []
      if (name !== undefined) {
        if (value !== undefined) env[name] = value
        else env[name] ??= ''
        args.push(isEnv ? name : `-e=${name}`)
        return
      }
    }
    const takesValue =
      /^(?:-[vpwu]|--(?:volume|mount|name|network|workdir|user|publish|entrypoint|env-file|platform|label|add-host|memory|cpus|pull|hostname))$/.test(
        before,
      )
    if (at > 0 && image === '' && !word.startsWith('-') && !takesValue && !isEnv) image = word
    if (image === '') flags.push(word)
    args.push(word)
  })
  const short = flags.filter((word) => /^-[A-Za-z]+$/.test(word)).join('')
  const hints: DraftHint[] = []
  if (short.includes('t') || flags.includes('--tty')) hints.push('docker_tty')
  if (!short.includes('i') && !flags.includes('--interactive')) hints.push('docker_stdin')
  const name = server.name || nameOfCommand(['', image.replace(/^.*\//, '').replace(/[:@].*$/, '')])
  return { server: { ...server, name, args, env }, hints }
}

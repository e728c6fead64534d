import {
  type Arrival,
  type ClientEntry,
  type FileProblem,
  type FoundClient,
  KNOWN_CLIENT_IDS,
  type KnownClientId,
  MAX_SNIPPET,
  type Snippet,
} from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { WELCOME_SETTING } from '../settings.ts'
import { readSnippet } from '../snippets/read-snippet.ts'
import type { TokenService } from '../tokens/token.service.ts'
import type { ArrivalLog } from './arrival-log.ts'
import { placesOf, type UserPlaces } from './client-places.ts'
import { type ClientFile, type GatewayPlace, type OwnEntry, readClientFile } from './read-client-file.ts'

export type ReadFile = { readonly text: string } | { readonly problem: FileProblem } | 'missing'

/** What is needed of the files of the person who runs the gateway. Nothing here throws, and nothing takes long. */
export interface UserFiles {
  read(path: string): Promise<ReadFile>
  /** @returns the first that is there */
  firstOf(paths: readonly string[]): Promise<string | null>
}

export interface ClientServiceOptions {
  /** Null where the host does not say: then no client is found. */
  readonly places: UserPlaces | null
  readonly files: UserFiles
  readonly gateway: () => GatewayPlace
  readonly tokens: Pick<TokenService, 'known'>
  readonly arrivals: Pick<ArrivalLog, 'recent'>
}

const MOST_ENTRIES = 20
const MOST_OTHERS = 100
const MAX_NAME = 200

/** The clients on this computer, and what they have of us. */
export function createClientService(
  { store, events, clock, routing }: Pick<ServiceDependencies, 'store' | 'events' | 'clock' | 'routing'>,
  { places, files, gateway, tokens, arrivals }: ClientServiceOptions,
) {
  function tokenOf(token: OwnEntry['token']): ClientEntry['token'] {
    if (typeof token === 'string') return { state: token, id: null, name: null }
    const gate = tokens.known(token.text)
    if (!gate) return { state: 'unknown', id: null, name: null }
    const { id, name } = gate.record
    return { state: gate.isOpen(clock.now()) ? 'valid' : 'ended', id, name }
  }

  function toEntry({ slug, leadsTo, token, ...entry }: OwnEntry): ClientEntry {
    const isDefault = leadsTo === 'profile' && (slug === null || slug === 'gateway')
    return { ...entry, profileSlug: isDefault ? routing.current().defaultSlug : slug, token: tokenOf(token) }
  }

  async function look(client: KnownClientId, user: UserPlaces): Promise<FoundClient> {
    const { file, marks } = placesOf(client, user)
    const read = await files.read(file)
    const evidence = read === 'missing' ? await files.firstOf(marks) : file
    const found = { client, installed: evidence !== null, evidence, file, entries: [], others: [] }
    if (read === 'missing') return { ...found, fileState: 'missing', problem: null }
    if ('problem' in read) return { ...found, fileState: 'unreadable', problem: read.problem }
    const content = readClientFile(client, read.text, gateway())
    if (!content) return { ...found, fileState: 'unreadable', problem: 'syntax' }
    return {
      ...found,
      fileState: 'read',
      problem: null,
      entries: content.entries.slice(0, MOST_ENTRIES).map(toEntry),
      others: [...content.others.keys()].slice(0, MOST_OTHERS).map((name) => name.slice(0, MAX_NAME)),
    }
  }

  const welcome = async ({ principal }: Context): Promise<{ wanted: boolean }> => {
    const { settings, tokens, servers } = store.read
    if ((await settings.get(WELCOME_SETTING)) === 'left') return { wanted: false }
    const [made, live, deleted] = await Promise.all([tokens.list(principal), servers.list(principal), servers.listDeleted(principal)])
    return { wanted: made.length === 0 && deleted.length === 0 && live.every(({ type }) => type === 'builtin') }
  }

  return {
    /** Every known client, found or not. */
    async detect(): Promise<FoundClient[]> {
      return places === null ? [] : Promise.all(KNOWN_CLIENT_IDS.map((client) => look(client, places)))
    },

    /**
     * The servers that a client lists beside us, as drafts. Keys in them are told to the form alone, as those of a pasted list.
     *
     * @throws AppError SNIPPET_UNREADABLE where there are none, or the file cannot be read
     */
    async readServers(client: KnownClientId): Promise<Snippet> {
      const read = places === null ? 'missing' : await files.read(placesOf(client, places).file)
      const content = typeof read === 'object' && 'text' in read ? readClientFile(client, read.text, gateway()) : null
      if (!content)
        throw new AppError('SNIPPET_UNREADABLE', 'The file of this client cannot be read', {
          next: 'Look at it on the Clients page, or copy what is in it and paste that.',
        })
      return readSnippet(listOf(content))
    },

    arrivals: (): Arrival[] => arrivals.recent(),

    welcome,

    async leaveWelcome(): Promise<{ wanted: boolean }> {
      await store.transaction((tx) => tx.settings.set(WELCOME_SETTING, 'left', clock.now()))
      events.emit({ type: 'welcome.left' })
      return { wanted: false }
    },
  }
}

/** A list of servers as clients have it, as long as what may be pasted. @throws AppError SNIPPET_UNREADABLE where there are none */
function listOf({ others, inputs }: ClientFile): string {
  const kept: [string, unknown][] = []
  let length = 0
  for (const [name, fields] of others) {
    length += name.length + lengthOf(fields) + 10
    if (length > MAX_SNIPPET || kept.length >= MOST_OTHERS) break
    kept.push([name, fields])
  }
  if (kept.length === 0)
    throw new AppError('SNIPPET_UNREADABLE', 'This client lists no other servers', { next: 'Add one from the list, or paste one.' })
  return JSON.stringify({ mcpServers: Object.fromEntries(kept), ...(length + lengthOf(inputs) < MAX_SNIPPET ? { inputs } : {}) })
}

/** Of its JSON; endless for what is nested too deep to be written again. */
function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value)?.length ?? 0
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

export type ClientService = ReturnType<typeof createClientService>

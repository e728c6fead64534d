import { createHash } from 'node:crypto'
import type { OfferChanges } from '@local-mcp/contract'
import { isObject, messageOf } from '@local-mcp/kernel'
import { parseSpan } from '../wire/frame.ts'
import { isArrayAt, isObjectAt, type Span, skipValue, walkArray, walkObject } from '../wire/json-scan.ts'
import type { Connection } from './connection.ts'
import { type Handshake, ownParams } from './handshake.ts'
import { UpstreamError } from './problems.ts'

/** How deep the definition of one item may nest. */
const MAX_ITEM_DEPTH = 64
/** What one server may list of one kind; more is refused, because every client would have to read it. */
const MAX_ITEMS = 5000
const MAX_BYTES = 32 * 1024 * 1024

/** The four lists of a server, and in each the member that an item is known by. */
export const LISTS = {
  tool: { method: 'tools/list', member: 'tools', key: 'name', capability: 'tools' },
  resource: { method: 'resources/list', member: 'resources', key: 'uri', capability: 'resources' },
  template: { method: 'resources/templates/list', member: 'resourceTemplates', key: 'uriTemplate', capability: 'resources' },
  prompt: { method: 'prompts/list', member: 'prompts', key: 'name', capability: 'prompts' },
} as const
export type ItemKind = keyof typeof LISTS
export const ITEM_KINDS = Object.keys(LISTS) as readonly ItemKind[]

/** A tool, resource, template or prompt as its server lists it: the bytes, and where its key is in them. */
export interface ListedItem {
  /** Name, URI or URI template. */
  readonly key: string
  readonly bytes: Buffer
  readonly keySpan: Span
}

/** What a server offers, by kind, in its own order. */
export type Offer = Readonly<Record<ItemKind, readonly ListedItem[]>>
export const NO_OFFER: Offer = { tool: [], resource: [], template: [], prompt: [] }

/**
 * All items of a kind, every page, byte for byte; of items that share their key the first.
 *
 * @param timeoutMs for all pages together
 * @throws UpstreamError
 */
export async function listAll(connection: Connection, kind: ItemKind, version: string, timeoutMs: number): Promise<ListedItem[]> {
  const { method, member, key } = LISTS[kind]
  const deadline = performance.now() + timeoutMs
  const items = new Map<string, ListedItem>()
  const seen = new Set<string>()
  let bytes = 0
  let cursor: string | undefined
  for (let pages = 1; ; pages++) {
    const params = ownParams(connection.era, version, cursor === undefined ? {} : { cursor })
    const frame = await connection.request(method, params, Math.max(1, deadline - performance.now()))
    bytes += frame.bytes.length
    const { listed, next } = readPage(frame.bytes, frame.result, member, key)
    for (const item of listed) if (!items.has(item.key)) items.set(item.key, item)
    if (items.size > MAX_ITEMS || pages > MAX_ITEMS || bytes > MAX_BYTES)
      throw new UpstreamError('TOO_MANY_TOOLS', [`${items.size} ${member}, ${pages} pages, ${bytes} bytes`])
    if (next === null || seen.has(next)) return [...items.values()]
    seen.add(next)
    cursor = next
  }
}

/** The items of one page that can be offered, and the cursor of the next page. @throws UpstreamError for a page that is none */
function readPage(bytes: Buffer, result: Span, member: string, key: string): { listed: ListedItem[]; next: string | null } {
  const listed: ListedItem[] = []
  let next: string | null = null
  try {
    walkObject(bytes, result.start, (name, _escaped, start) => {
      if (name === 'nextCursor') {
        const value: unknown = parseSpan(bytes, { start, end: skipValue(bytes, start, 1) })
        if (typeof value === 'string') next = value
      }
      if (name !== member || !isArrayAt(bytes, start)) return skipValue(bytes, start, Number.POSITIVE_INFINITY)
      return walkArray(bytes, start, (element) => {
        const end = skipValue(bytes, element, Number.POSITIVE_INFINITY)
        const fits = isObjectAt(bytes, element) && !nestsDeeply(bytes, element)
        const item = fits ? readItem(Buffer.from(bytes.subarray(element, end)), key) : null
        if (item) listed.push(item)
        return end
      })
    })
  } catch (error) {
    throw new UpstreamError('HANDSHAKE_REFUSED', [messageOf(error)], `list of ${member}`)
  }
  return { listed, next }
}

function nestsDeeply(bytes: Buffer, start: number): boolean {
  try {
    skipValue(bytes, start, MAX_ITEM_DEPTH)
    return false
  } catch {
    return true
  }
}

/** @param bytes one item's JSON @returns null where it has no key */
export function readItem(bytes: Buffer, key: string): ListedItem | null {
  let keySpan: Span | null = null
  walkObject(bytes, 0, (name, _escaped, start) => {
    const end = skipValue(bytes, start, Number.POSITIVE_INFINITY)
    if (name === key) keySpan = { start, end }
    return end
  })
  if (!keySpan) return null
  const value: unknown = parseSpan(bytes, keySpan)
  return typeof value === 'string' && value !== '' ? { key: value, bytes, keySpan } : null
}

/** How long listing all items of a kind may take, in milliseconds. */
const LIST_TIMEOUT = 30_000

/**
 * Lists what the server says it has, of these kinds. Servers that say nothing of their capabilities are asked for tools.
 *
 * @param onUnreadable told of a list beside the tools that failed, and counts as empty
 * @throws UpstreamError
 */
export async function listOffer(
  connection: Connection,
  { capabilities }: Handshake,
  kinds: readonly ItemKind[],
  version: string,
  onUnreadable: (kind: ItemKind, error: UpstreamError) => void,
): Promise<Partial<Offer>> {
  const silent = !Object.values(LISTS).some(({ capability }) => isObject(capabilities[capability]))
  const asked = kinds.filter((kind) => (silent ? kind === 'tool' : isObject(capabilities[LISTS[kind].capability])))
  const lists = await Promise.all(
    asked.map(async (kind): Promise<[ItemKind, readonly ListedItem[]]> => {
      try {
        return [kind, await listAll(connection, kind, version, LIST_TIMEOUT)]
      } catch (error) {
        // What has no tools may be of no use; a list beside them that fails must not cost the tools.
        if (kind === 'tool' || !(error instanceof UpstreamError) || error.problem.code !== 'HANDSHAKE_REFUSED') throw error
        // Many servers have resources, but do not know what a template is.
        if (kind !== 'template') onUnreadable(kind, error)
        return [kind, []]
      }
    }),
  )
  return Object.fromEntries(lists)
}

/** The kinds whose items, or their order, are not what they were. */
export const changedKinds = (before: Offer | null, after: Offer): ItemKind[] =>
  ITEM_KINDS.filter((kind) => !before || digest(before[kind]) !== digest(after[kind]))

function digest(items: readonly ListedItem[]): string {
  const hash = createHash('sha256')
  for (const { bytes } of items) hash.update(bytes).update('\n')
  return hash.digest('hex')
}

/** What is new, gone and different, each by its key, in the server's order. */
export function compareOffers(before: Offer, after: Offer): Record<ItemKind, OfferChanges> {
  const of = (kind: ItemKind): OfferChanges => {
    const old = new Map(before[kind].map(({ key, bytes }) => [key, bytes]))
    const now = new Map(after[kind].map(({ key, bytes }) => [key, bytes]))
    return {
      added: [...now.keys()].filter((key) => !old.has(key)),
      removed: [...old.keys()].filter((key) => !now.has(key)),
      modified: [...now].filter(([key, bytes]) => old.get(key)?.equals(bytes) === false).map(([key]) => key),
    }
  }
  return { tool: of('tool'), resource: of('resource'), template: of('template'), prompt: of('prompt') }
}

import type { ToolRecord } from '@local-mcp/core'
import { ITEM_KINDS, LISTS, NO_OFFER, type Offer, readItem } from './listing.ts'

/** What a server offers as it is kept. */
export const toRecords = (offer: Offer): ToolRecord[] =>
  ITEM_KINDS.flatMap((kind) => offer[kind].map(({ key, bytes }) => ({ kind, name: key, definition: bytes.toString('utf8') })))

/** What was kept; an item that cannot be read is left out. */
export function toOffer(records: readonly ToolRecord[]): Offer {
  const ofKind = (wanted: ToolRecord['kind']) =>
    records.flatMap(({ kind, definition }) => (kind === wanted ? (readItem(Buffer.from(definition), LISTS[kind].key) ?? []) : []))
  return { ...NO_OFFER, tool: ofKind('tool'), resource: ofKind('resource'), template: ofKind('template'), prompt: ofKind('prompt') }
}

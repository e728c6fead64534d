import type { Link } from '@local-mcp/contract'

/** The links in the sequence of their servers; what is not named in it comes last, in the order that it had. */
export function ordered(links: readonly Link[], serverIds: readonly string[]): Link[] {
  const places = new Map(serverIds.map((id, place) => [id, place]))
  const placeOf = ({ serverId }: Link) => places.get(serverId) ?? serverIds.length
  return links
    .toSorted((a, b) => placeOf(a) - placeOf(b) || a.order - b.order)
    .map((link, order) => (link.order === order ? link : { ...link, order }))
}

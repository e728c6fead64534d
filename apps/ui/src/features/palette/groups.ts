import { rank, score } from './rank.ts'

export const GROUPS = ['recent', 'pages', 'actions', 'servers', 'profiles', 'tokens', 'sources', 'accounts', 'secrets', 'help'] as const
export type GroupName = (typeof GROUPS)[number]

/** One thing to go to or to do. */
export interface Entry {
  readonly id: string
  readonly group: Exclude<GroupName, 'recent'>
  readonly label: string
  readonly words?: string
}

export interface Group<Item> {
  readonly value: GroupName
  readonly items: readonly Item[]
}

/** As many of one group as are shown. */
const SHOWN = 8
/** Shown before anything is typed: there may be hundreds of the others. */
const AT_FIRST: readonly GroupName[] = ['pages', 'actions']
/** Of what one searches for by name and not by browsing. */
const isBrowsed = ({ id }: Entry) => !id.includes(':')

/**
 * What is offered: before anything is typed what was chosen last, the pages and the actions; after that whatever
 * answers, the group of the best answer first.
 */
export function groupsFor<Item extends Entry>(entries: readonly Item[], search: string, recent: readonly string[]): Group<Item>[] {
  if (search.trim() === '') {
    const last = recent.flatMap((id) => entries.find((entry) => entry.id === id) ?? [])
    const rest = entries.filter((entry) => AT_FIRST.includes(entry.group) && isBrowsed(entry) && !last.includes(entry))
    return [{ value: 'recent' as const, items: last }, ...AT_FIRST.map((value) => ({ value, items: of(rest, value) }))].filter(isFilled)
  }
  const found = rank(entries, search)
  const best = (items: readonly Item[]) => (items[0] ? score(items[0], search) : 0)
  return GROUPS.map((value) => ({ value, items: of(found, value).slice(0, SHOWN) }))
    .filter(isFilled)
    .toSorted((a, b) => best(b.items) - best(a.items))
}

const of = <Item extends Entry>(items: readonly Item[], group: GroupName) => items.filter((item) => item.group === group)
const isFilled = ({ items }: Group<unknown>) => items.length > 0

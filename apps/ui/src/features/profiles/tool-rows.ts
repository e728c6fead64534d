import type { ProfileTool, ServerCost } from '@local-mcp/contract'

export const TOOL_FILTERS = ['all', 'on', 'off', 'changed', 'custom'] as const
export type ToolFilter = (typeof TOOL_FILTERS)[number]

export interface ServerRow {
  readonly kind: 'server'
  readonly serverId: string
  readonly cost: ServerCost
  /** Its tools that are shown. */
  readonly tools: readonly ProfileTool[]
}
export interface ToolRow {
  readonly kind: 'tool'
  readonly tool: ProfileTool
}
export type ToolListRow = ServerRow | ToolRow

const FITS: Readonly<Record<ToolFilter, (tool: ProfileTool) => boolean>> = {
  all: () => true,
  on: ({ hidden }) => hidden === null,
  off: ({ hidden }) => hidden !== null,
  changed: ({ changed }) => changed,
  custom: ({ custom }) => custom,
}

/**
 * The rows of the list: each server that has something to show, then what it shows.
 *
 * @param text looked for in names, titles and descriptions, without regard to case
 */
export function toolRows(
  tools: readonly ProfileTool[],
  servers: readonly ServerCost[],
  filter: ToolFilter,
  text: string,
): readonly ToolListRow[] {
  const wanted = text.trim().toLowerCase()
  const shown = tools.filter(
    (tool) =>
      FITS[filter](tool) &&
      (wanted === '' || [tool.exposedName, tool.name, tool.title, tool.description].some((part) => part?.toLowerCase().includes(wanted))),
  )
  const byServer = Map.groupBy(shown, ({ serverId }) => serverId)
  return servers.flatMap((cost): ToolListRow[] => {
    const own = byServer.get(cost.serverId)
    if (!own) return []
    return [{ kind: 'server', serverId: cost.serverId, cost, tools: own }, ...own.map((tool): ToolRow => ({ kind: 'tool', tool }))]
  })
}

/** What the list knows a tool by. */
export const toolKey = ({ serverId, name }: Pick<ProfileTool, 'serverId' | 'name'>) => `${serverId} ${name}`

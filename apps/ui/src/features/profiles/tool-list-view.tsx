import type { ProfileTool } from '@local-mcp/contract'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { scrolls } from '../../components/code-block.tsx'
import { ProfileToolRow } from './profile-tool-row.tsx'
import { ServerToolsRow } from './server-tools-row.tsx'
import { type ToolListRow, toolKey } from './tool-rows.ts'
import type { ToolSwitches } from './use-tool-switches.ts'

interface Props {
  rows: readonly ToolListRow[]
  /** Names of servers by their ids. */
  names: ReadonlyMap<string, string>
  switches: ToolSwitches
  onCustomize: (tool: ProfileTool) => void
}

/** About how high a row is, in pixels; each is measured when it is drawn. */
const HEIGHT = { server: 44, tool: 68 } as const

/** The list of tools; however long it is, only what is in sight is drawn. */
export function ToolListView({ rows, names, switches, onCustomize }: Props) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => HEIGHT[rows[index]?.kind ?? 'tool'],
    getItemKey: (index) => keyOf(rows[index]),
    overscan: 6,
  })
  return (
    <div ref={scroller} {...scrolls(t('profileTools.list'))} className="quiet-scroll max-h-144 overflow-y-auto">
      <ul className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index]
          if (!row) return null
          return (
            <li
              key={key}
              ref={list.measureElement}
              data-index={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
              className="absolute inset-x-0 top-0 border-line not-first:border-t"
            >
              {row.kind === 'server' ? (
                <ServerToolsRow row={row} name={names.get(row.serverId) ?? ''} switchAll={switches.switchAll} />
              ) : (
                <ProfileToolRow
                  tool={row.tool}
                  server={names.get(row.tool.serverId) ?? ''}
                  rival={row.tool.rivalId === null ? null : (names.get(row.tool.rivalId) ?? null)}
                  on={switches.isOn(row.tool)}
                  onSwitch={switches.switchTool}
                  onCustomize={onCustomize}
                />
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function keyOf(row: ToolListRow | undefined): string {
  if (row === undefined) return ''
  return row.kind === 'server' ? row.serverId : toolKey(row.tool)
}

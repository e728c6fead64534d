import type { ProfileTool } from '@local-mcp/contract'
import { Pencil } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../components/icon-button.tsx'
import { Tag } from '../../components/tag.tsx'
import { Toggle } from '../../components/toggle.tsx'
import { useFormatCount } from '../../lib/use-format-count.ts'
import { HiddenTextMark, shownText } from '../tools/server-text.tsx'
import type { ToolSwitches } from './use-tool-switches.ts'

interface Props {
  tool: ProfileTool
  server: string
  /** The server whose tool has the plain name. */
  rival: string | null
  on: boolean
  onSwitch: ToolSwitches['switchTool']
  onCustomize: (tool: ProfileTool) => void
}

/** How much of a description the list shows, in characters; the style cuts it to two lines. */
const GLIMPSE = 400

export const ProfileToolRow = memo(function ProfileToolRow({ tool, server, rival, on, onSwitch, onCustomize }: Props) {
  const { t } = useTranslation()
  const format = useFormatCount()
  const own = shownText(tool.name)
  const called = tool.exposedName ?? own
  // A switch that is on its way is not told as the state of before.
  const hidden = tool.hidden === 'off_here' && on ? null : tool.hidden
  const label = { tool: own, server }
  return (
    <div className="flex gap-3 px-4 py-2.5 sm:px-5">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5">
          <code dir="ltr" className={`wrap-anywhere font-semibold ${hidden === null && on ? '' : 'text-ink-3'}`}>
            {called}
          </code>
          {tool.title && tool.title !== tool.name && (
            <span dir="auto" className="wrap-anywhere min-w-0 text-ink-3">
              {shownText(tool.title)}
            </span>
          )}
          {tool.custom && <Tag>{t('linkTools.custom')}</Tag>}
          {tool.changed && <Tag tone="bad">{t('tools.changed')}</Tag>}
          <HiddenTextMark texts={[tool.name, tool.title, tool.description]} />
        </div>
        {tool.description && (
          <p dir="auto" className="wrap-anywhere line-clamp-2 text-ink-2 text-sm">
            {shownText(tool.description.slice(0, GLIMPSE))}
          </p>
        )}
        {hidden !== null && hidden !== 'off_here' && (
          <p className="text-sm text-warn">{rival ? t(`toolHidden.${hidden}`, { rival }) : t(`toolHidden.${hidden}`, { rival: '' })}</p>
        )}
        {tool.exposedName !== null && tool.exposedName !== tool.name && (
          <p className="wrap-anywhere text-ink-3 text-sm">
            {rival ? t('profileTools.renamedFor', { name: own, server: rival }) : t('profileTools.ownName', { name: own, server })}
          </p>
        )}
        {tool.problem && <p className="text-bad text-sm">{tool.problem}</p>}
      </div>
      <div className="flex shrink-0 items-start gap-1">
        <span className="pt-0.5 text-ink-3 text-sm tabular-nums" title={t('tools.tokensText')}>
          {t('cost.tokens', { count: tool.tokens, tokens: format(tool.tokens) })}
        </span>
        <IconButton
          className="-mt-1"
          label={t('profileTools.customize', label)}
          icon={<Pencil aria-hidden className="size-4" />}
          onClick={() => onCustomize(tool)}
        />
        <span className="pt-0.5">
          <Toggle
            label={t('profileTools.offer', label)}
            checked={on}
            onChange={(next) => void onSwitch(tool.serverId, [tool.name], next)}
          />
        </span>
      </div>
    </div>
  )
})

import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { useFormatCount } from '../../lib/use-format-count.ts'
import type { ServerRow } from './tool-rows.ts'
import type { ToolSwitches } from './use-tool-switches.ts'

interface Props {
  row: ServerRow
  name: string
  switchAll: ToolSwitches['switchAll']
}

/** Above the tools of a server: what it costs, and all that is shown of it at once. */
export function ServerToolsRow({ row: { serverId, cost, tools }, name, switchAll }: Props) {
  const { t } = useTranslation()
  const format = useFormatCount()
  const on = tools.filter(({ enabledHere }) => enabledHere).length
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 bg-sunken px-4 py-1.5 sm:px-5">
      <h3 dir="auto" className="min-w-0 truncate font-semibold text-base">
        {name}
      </h3>
      <p className="text-ink-3 text-sm">
        {t('cost.ofServer', { count: cost.tools, tools: format(cost.tools), tokens: format(cost.tokens) })}
      </p>
      <div className="ms-auto flex gap-1">
        {on < tools.length && (
          <Button
            size="small"
            variant="quiet"
            aria-label={t('profileTools.allOnLabel', { count: tools.length - on, tools: format(tools.length - on), server: name })}
            onClick={() => void switchAll(serverId, tools, true)}
          >
            {t('profileTools.allOn', { count: tools.length - on, tools: format(tools.length - on) })}
          </Button>
        )}
        {on > 0 && (
          <Button
            size="small"
            variant="quiet"
            aria-label={t('profileTools.allOffLabel', { count: on, tools: format(on), server: name })}
            onClick={() => void switchAll(serverId, tools, false)}
          >
            {t('profileTools.allOff', { count: on, tools: format(on) })}
          </Button>
        )}
      </div>
    </div>
  )
}

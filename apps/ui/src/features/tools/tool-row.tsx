import { Collapsible } from '@base-ui/react/collapsible'
import type { Tool } from '@local-mcp/contract'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CodeBlock } from '../../components/code-block.tsx'
import { Tag } from '../../components/tag.tsx'
import { Toggle } from '../../components/toggle.tsx'
import { HiddenTextMark, shownText } from './server-text.tsx'

interface Props {
  tool: Tool
  /** Beside its name. */
  tags?: ReactNode
  actions?: ReactNode
  /** Below its description. */
  children?: ReactNode
  enabled: boolean
  busy: boolean
  onSwitch: (enabled: boolean) => void
}

/** One tool. All its texts come from the server and are shown as text, with nothing in them unseen. */
export function ToolRow({ tool, tags, actions, children, enabled, busy, onSwitch }: Props) {
  const { t } = useTranslation()
  const name = shownText(tool.name)
  const schema = JSON.stringify(tool.inputSchema, null, 2)
  return (
    <li className="flex gap-3 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h3 className="min-w-0 font-normal text-base tracking-normal">
            <code dir="ltr" className={`wrap-anywhere font-semibold ${enabled ? '' : 'text-ink-3'}`}>
              {name}
            </code>
          </h3>
          {tool.title && tool.title !== tool.name && (
            <span dir="auto" className="wrap-anywhere min-w-0 text-ink-3">
              {shownText(tool.title)}
            </span>
          )}
          {tool.changed && <Tag tone="bad">{tool.withheld ? t('tools.withheld') : t('tools.changed')}</Tag>}
          <HiddenTextMark texts={[tool.name, tool.title, tool.description, schema]} />
          {tags}
          <span className="text-ink-3 text-sm" title={t('tools.tokensText')}>
            {t('tools.tokens', { count: tool.tokens })}
          </span>
        </div>
        {tool.description && <ToolDescription text={shownText(tool.description)} />}
        {children}
        <Collapsible.Root>
          <Collapsible.Trigger
            aria-label={t('tools.schemaOf', { tool: name })}
            className="group mt-1 -ms-1 flex items-center gap-1 rounded-sm py-0.5 pe-1.5 text-accent-text text-sm hover:underline"
          >
            <ChevronRight aria-hidden className="size-3.5 transition-transform duration-(--quick) group-data-panel-open:rotate-90" />
            {t('tools.schema')}
          </Collapsible.Trigger>
          <Collapsible.Panel className="pt-1.5">
            <CodeBlock label={t('tools.schemaOf', { tool: name })}>{shownText(schema)}</CodeBlock>
          </Collapsible.Panel>
        </Collapsible.Root>
      </div>
      <div className="flex flex-col items-end gap-2 pt-0.5">
        <Toggle label={t('tools.enabled', { tool: name })} checked={enabled} busy={busy} onChange={onSwitch} />
        {actions}
      </div>
    </li>
  )
}

const LONG = 320

function ToolDescription({ text }: { text: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const long = text.length > LONG || text.split('\n').length > 4
  return (
    <>
      <p dir="auto" className={`wrap-anywhere max-w-prose whitespace-pre-line text-ink-2 ${long && !open ? 'line-clamp-3' : ''}`}>
        {text}
      </p>
      {long && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="rounded-sm text-accent-text text-sm hover:underline"
        >
          {open ? t('common.less') : t('common.more')}
        </button>
      )}
    </>
  )
}

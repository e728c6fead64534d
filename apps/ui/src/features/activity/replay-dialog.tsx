import { type CallDetail, REPLAYED_METHODS } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { jsonMembers, prettyJson } from '../../lib/json-lines.ts'
import { useSay } from '../../lib/use-action.ts'
import { shownText } from '../tools/server-text.tsx'

/** Makes a call again, after it was said what that means; then its new row is shown. */
export function ReplayCall({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const [asks, setAsks] = useState(false)
  const replay = useMutation(
    queries.logs.replay.mutationOptions({
      onSuccess: (again) => {
        cache.setQueryData(queries.logs.get.queryKey({ input: { log: again.id } }), again)
        setAsks(false)
        navigate(`/activity/${again.id}`)
        say(t('call.replayed'))
      },
    }),
  )
  const sent = argumentsOf(call.client.request)
  return (
    <>
      <Button icon={<Play aria-hidden className="size-4" />} disabled={!call.replayable} onClick={() => setAsks(true)}>
        {t('call.replay')}
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={(open) => {
          if (!open) replay.reset()
          setAsks(open)
        }}
        title={t('call.replayTitle', { tool: call.tool })}
        action={t('call.replayAction')}
        busy={replay.isPending}
        error={replay.error}
        onConfirm={() => replay.mutate({ log: call.id })}
      >
        <p>{t('call.replayText')}</p>
        {sent !== null && (
          <>
            <p className="mt-3 mb-1 font-medium text-ink">{t('call.replayWith')}</p>
            <div className="*:max-h-48">
              <CodeBlock label={t('call.replayWith')} wrap>
                {shownText(prettyJson(sent))}
              </CodeBlock>
            </div>
          </>
        )}
      </ConfirmDialog>
    </>
  )
}

function argumentsOf(request: string | null): string | null {
  const member = (text: string | undefined, name: string) => jsonMembers(text ?? '')?.find(([key]) => key === name)?.[1]
  const params = member(request ?? undefined, 'params')
  return member(params, 'arguments') ?? params ?? null
}

/** Why a call cannot be made again, in words; null where it can. */
export function useNotReplayable(call: CallDetail): string | null {
  const { t } = useTranslation()
  if (call.replayable) return null
  if (call.status === 'pending') return t('call.notReplayable.pending')
  if (!REPLAYED_METHODS.includes(call.method)) return t('call.notReplayable.kind')
  if (call.client.request === null) return t('call.notReplayable.none')
  if (jsonMembers(call.client.request) === null) return t('call.notReplayable.cut')
  if (call.redacted) return t('call.notReplayable.hidden')
  return t('call.notReplayable.other')
}

import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { useProfiles } from '../../lib/use-nouns.ts'
import { DraftNotes, SkippedNotes } from './draft-notes.tsx'
import { type Answers, type Candidate, valuesOfDraft } from './draft-values.ts'
import { ProfilePicker } from './profile-picker.tsx'
import { ServerForm } from './server-form.tsx'
import { EMPTY_SERVER_FORM, toServerInput } from './server-form-values.ts'
import { useAddServer } from './use-add-server.ts'

interface Props {
  /** What it is filled with; null for an empty form. */
  from: { readonly candidate: Candidate; readonly answers: Answers } | null
  onAdded: (server: Server) => void
  /** A page, or what is done instead. */
  cancel: string | (() => void)
}

/** The form of one new server. */
export function NewServer({ from, onAdded, cancel }: Props) {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const [values, setValues] = useState(() => (from === null ? EMPTY_SERVER_FORM : valuesOfDraft(from.candidate.draft, from.answers)))
  const [choice, setChoice] = useState<readonly string[] | null>(null)
  const chosen = choice ?? profiles.data?.filter(({ isDefault }) => isDefault).map(({ id }) => id) ?? []
  const addServer = useAddServer()
  const create = useMutation({
    // What was typed may hold a key, which must not lie about in memory.
    gcTime: 0,
    mutationFn: (input: Parameters<typeof addServer>[0]) => addServer(input, from?.candidate.secrets ?? []),
    onSuccess: onAdded,
  })
  const presetId = from?.candidate.preset?.id
  const timeoutMs = from?.candidate.draft.timeoutMs

  return (
    <div className="flex flex-col gap-4">
      {from !== null && <SkippedNotes skipped={from.candidate.skipped} />}
      {from !== null && <DraftNotes candidate={from.candidate} />}
      <Card>
        <ServerForm
          values={values}
          onChange={setValues}
          onSubmit={() => {
            const { apiKey, ...input } = toServerInput(values)
            create.mutate({
              ...input,
              ...(apiKey && { apiKey }),
              profiles: [...chosen],
              ...(presetId !== undefined && { presetId }),
              ...(timeoutMs !== undefined && { timeoutMs }),
            })
          }}
          submit={values.kind === 'external' ? t('addServer.submitCommand') : t('addServer.submitUrl')}
          cancel={cancel}
          busy={create.isPending}
          error={create.error}
        >
          <fieldset className="min-w-0">
            <legend className="font-medium">{t('addServer.profiles')}</legend>
            <p className="mb-2 text-ink-3 text-sm">{t('addServer.profilesHint')}</p>
            {profiles.isError && <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />}
            {profiles.data && (
              <ProfilePicker
                profiles={profiles.data}
                chosen={chosen}
                onToggle={(id, on) => setChoice(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
              />
            )}
          </fieldset>
        </ServerForm>
      </Card>
    </div>
  )
}

import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { MissingFields } from '../../lib/missing-fields.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { useProfiles } from '../../lib/use-nouns.ts'
import { type Choice, DraftCard } from './draft-card.tsx'
import { SkippedNotes } from './draft-notes.tsx'
import { type Candidate, openAsks, suggestedAnswers, valuesOfDraft } from './draft-values.ts'
import { toServerInput } from './server-form-values.ts'
import { useAddServer } from './use-add-server.ts'

interface Props {
  candidates: readonly Candidate[]
  onAdded: (servers: Server[]) => void
  onBack: () => void
}

/** Several servers out of one snippet, to be added together. None runs before it was approved. */
export function DraftReview({ candidates, onAdded, onBack }: Props) {
  const { t } = useTranslation()
  const addServer = useAddServer()
  const profiles = useProfiles()
  const form = useRef<HTMLFormElement>(null)
  const [choices, setChoices] = useState<readonly Choice[]>(() =>
    candidates.map(({ draft }) => ({
      chosen: !draft.hints.includes('disabled'),
      name: draft.name,
      answers: suggestedAnswers(draft),
      allowPrivateNetwork: false,
    })),
  )
  // Those that were added before another one was refused.
  const [added, setAdded] = useState<ReadonlyMap<number, Server>>(new Map())
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const open = candidates.filter(({ id }) => !added.has(id))
  const wanted = open.filter(({ id }) => choices[id]?.chosen)

  const add = useMutation({
    async mutationFn() {
      const done = new Map(added)
      const into = profiles.data?.filter(({ isDefault }) => isDefault).map(({ id }) => id) ?? []
      for (const { id, draft, secrets } of wanted) {
        const { answers, name, allowPrivateNetwork } = choices[id]!
        const { timeoutMs } = draft
        const { apiKey: _none, ...input } = toServerInput({ ...valuesOfDraft(draft, answers), name, allowPrivateNetwork })
        const server = await addServer({ ...input, profiles: into, ...(timeoutMs !== undefined && { timeoutMs }) }, secrets)
        done.set(id, server)
        setAdded(new Map(done))
      }
      return [...done.values()]
    },
    onSuccess: onAdded,
  })
  const { errors, onInput } = useFormErrors(missing, form)
  const refused = wanted[0]?.draft.name ?? ''

  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (add.isPending || wanted.length === 0) return
        const fields = wanted.flatMap(({ id, draft }) => {
          const { answers, name } = choices[id]!
          const nameless = name.trim() === '' ? [{ path: [`${id}`, 'name'], message: t('common.nameMissing') }] : []
          return [...nameless, ...openAsks(draft, answers).map((ask) => ({ path: [`${id}`, ask.name], message: t('asks.missing') }))]
        })
        setMissing(fields.length > 0 ? new MissingFields(fields) : null)
        if (fields.length === 0) add.mutate()
      }}
      className="flex flex-col gap-4"
    >
      <SkippedNotes skipped={candidates[0]?.skipped ?? []} />
      <ul aria-label={t('review.label')} className="flex flex-col gap-4">
        {open.map((candidate) => (
          <DraftCard
            key={candidate.id}
            candidate={candidate}
            choice={choices[candidate.id]!}
            onChange={(part) => setChoices(choices.map((choice, at) => (at === candidate.id ? { ...choice, ...part } : choice)))}
            errors={errors}
          />
        ))}
      </ul>
      {missing === null && add.isError && (
        <>
          <p className="font-medium">{t('review.refused', { name: refused })}</p>
          <ErrorState error={add.error} />
        </>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={add.isPending} disabled={wanted.length === 0}>
          {t('review.submit', { count: wanted.length })}
        </Button>
        <Button onClick={onBack}>{t('addServer.back')}</Button>
      </div>
    </form>
  )
}

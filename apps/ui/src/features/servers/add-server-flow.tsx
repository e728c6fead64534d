import { canStore, type KnownClientId, type Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useSecrets, useVault } from '../../lib/use-nouns.ts'
import { ConsentPanel } from './consent-panel.tsx'
import { DraftNeeds } from './draft-needs.tsx'
import { DraftReview } from './draft-review.tsx'
import { type Answers, type Candidate, candidatesOf } from './draft-values.ts'
import { NewServer } from './new-server.tsx'
import { PasteCard } from './paste-card.tsx'
import { PresetList } from './preset-list.tsx'

type Step =
  | { readonly at: 'start' }
  | { readonly at: 'needs'; readonly candidate: Candidate }
  | { readonly at: 'form'; readonly from: { readonly candidate: Candidate; readonly answers: Answers } | null }
  | { readonly at: 'review'; readonly candidates: readonly Candidate[] }
  | { readonly at: 'consent'; readonly servers: readonly Server[] }
export type AddStep = Step['at']

interface Props {
  /** The client whose other servers are brought over at once. */
  client?: KnownClientId | null
  /** Told where it is. */
  onStep?: (at: AddStep) => void
  /** With what was added, approved or put off. */
  onDone: (servers: readonly Server[]) => void
  /** Where the form leads when it is not wanted; absent: back to the start. */
  cancel?: string
  /** It is the first of all: presets that ask for nothing come first, and nothing takes the focus. */
  first?: boolean
}

/**
 * From something that was copied, a preset or an empty form to what the server is, and to the consent to what was
 * stored. Nothing runs before that consent.
 */
export function AddServerFlow({ client = null, onStep, onDone, cancel, first = false }: Props) {
  const { queries } = useApi()
  const [step, setStep] = useState<Step>({ at: 'start' })
  const page = useRef<HTMLDivElement>(null)
  const { at } = step
  const vault = useVault()
  const secrets = useSecrets()
  // Where secrets can be stored, what is pasted becomes stored ones; else variables take their place.
  const taken = vault.data && secrets.data && canStore(vault.data) ? new Set(secrets.data.map(({ name }) => name)) : null
  useEffect(() => onStep?.(at), [at, onStep])
  // The step before is gone and took the focus with it; a field that wants it has it already.
  useEffect(() => {
    if (at === 'start') return
    scrollTo(0, 0)
    if (!page.current?.contains(document.activeElement)) page.current?.focus({ preventScroll: true })
  }, [at])

  const start = () => setStep({ at: 'start' })
  const begin = (candidates: readonly Candidate[]) => {
    const [candidate, ...more] = candidates
    if (candidate === undefined) return
    if (more.length > 0) setStep({ at: 'review', candidates })
    else if (candidate.draft.asks.length > 0) setStep({ at: 'needs', candidate })
    else setStep({ at: 'form', from: { candidate, answers: {} } })
  }
  const done = (servers: readonly Server[]) => {
    const waiting = servers.filter(({ approved }) => !approved)
    if (waiting.length > 0) setStep({ at: 'consent', servers: waiting })
    else onDone(servers)
  }

  // What it lists may hold keys, which must not lie about in memory.
  const { mutate: bring, ...brought } = useMutation(
    queries.clients.readServers.mutationOptions({
      gcTime: 0,
      onSuccess: ({ drafts, skipped }) => begin(candidatesOf(drafts, { preset: null, skipped }, taken)),
    }),
  )
  // Whether a key can be stored decides what becomes of it, so that has to be known first.
  const isReady = !vault.isPending && !secrets.isPending
  const wanted = useRef(client)
  useEffect(() => {
    if (!isReady || wanted.current === null) return
    bring({ client: wanted.current })
    wanted.current = null
  }, [isReady, bring])

  if (at === 'start' && client !== null && (brought.isIdle || brought.isPending)) return <PageSkeleton />
  return (
    <div ref={page} tabIndex={-1} className="outline-none">
      {at === 'start' && brought.isError && (
        <div className="mb-5">
          <ErrorState error={brought.error} />
        </div>
      )}
      {step.at === 'start' ? (
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <PasteCard
            quiet={first}
            onRead={({ drafts, skipped }) => begin(candidatesOf(drafts, { preset: null, skipped }, taken))}
            onByHand={() => setStep({ at: 'form', from: null })}
          />
          <PresetList easyFirst={first} onChoose={(preset) => begin(candidatesOf([preset.draft], { preset, skipped: [] }, taken))} />
        </div>
      ) : (
        <div className="max-w-2xl">
          {step.at === 'needs' && (
            <DraftNeeds
              candidate={step.candidate}
              onAnswered={(answers) => setStep({ at: 'form', from: { candidate: step.candidate, answers } })}
              onBack={start}
            />
          )}
          {step.at === 'form' && <NewServer from={step.from} onAdded={(server) => done([server])} cancel={cancel ?? start} />}
          {step.at === 'review' && <DraftReview candidates={step.candidates} onAdded={done} onBack={start} />}
          {step.at === 'consent' && <Consents servers={step.servers} onDone={() => onDone(step.servers)} />}
        </div>
      )}
    </div>
  )
}

/** Each server that waits, with the whole of what it would run. */
function Consents({ servers, onDone }: { servers: readonly Server[]; onDone: () => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(servers)
  const only = servers.length === 1
  const approved = (id: string) => {
    const left = open.filter((server) => server.id !== id)
    if (left.length === 0) onDone()
    else setOpen(left)
  }
  return (
    <div className="flex flex-col gap-5">
      {open.map((server) => (
        <div key={server.id}>
          {!only && (
            <p dir="auto" className="wrap-anywhere mb-1.5 font-medium">
              {server.name}
            </p>
          )}
          <ConsentPanel
            server={server}
            onApproved={() => approved(server.id)}
            decline={<Button onClick={() => approved(server.id)}>{t('consent.later')}</Button>}
          />
        </div>
      ))}
    </div>
  )
}

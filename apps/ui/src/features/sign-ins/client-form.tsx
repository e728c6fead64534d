import type { Server, SignIn } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { setPending } from './pending-sign-ins.ts'

interface Props {
  server: Server
  signIn: SignIn
  /** What the failed sign-in named; undefined: none failed. */
  recipeId: string | undefined
  issuer: string | undefined
  onDone: () => void
}

/** What to create at a provider that registers nobody by itself, and where to enter it. */
export function ClientForm({ server, signIn, recipeId, issuer: named, onDone }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const form = useRef<HTMLFormElement>(null)
  const [clientId, setClientId] = useState('')
  const [secret, setSecret] = useState('')
  const [issuer, setIssuer] = useState(named ?? '')
  const recipes = useQuery({ ...queries.oauth.recipes.queryOptions(), enabled: signIn.recipe === null && recipeId !== undefined })
  const recipe = signIn.recipe ?? recipes.data?.find(({ id }) => id === recipeId) ?? null
  const save = useMutation(
    queries.oauth.setClient.mutationOptions({
      onSuccess: () => {
        see({ type: 'oauth.server.changed', serverId: server.id })
        setPending(server.id, null)
        say(t('oauthClient.saved'))
        onDone()
      },
    }),
  )
  const { errors, onInput } = useFormErrors(save.error, form)
  const [missing, setMissing] = useState(false)
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (save.isPending) return
        setMissing(clientId.trim() === '')
        if (clientId.trim() === '') return
        save.mutate({
          server: server.id,
          clientId,
          ...(secret !== '' && { clientSecret: secret }),
          ...(issuer.trim() !== '' && { issuer: issuer.trim() }),
        })
      }}
      className="flex flex-col gap-4 rounded-md border border-line px-3.5 py-3.5"
    >
      <div>
        <h3 className="text-base">{recipe ? t('oauthClient.recipe', { title: recipe.title }) : t('oauthClient.generic')}</h3>
        {recipe ? (
          <>
            <p className="mt-1">
              <a href={recipe.consoleUrl} target="_blank" rel="noreferrer" className="wrap-anywhere text-accent-text underline">
                {recipe.consoleUrl}
              </a>
            </p>
            <ol className="mt-2 ms-5 list-decimal space-y-1 text-ink-2">
              {recipe.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </>
        ) : (
          <p className="mt-1 text-ink-2">{t('oauthClient.genericText')}</p>
        )}
      </div>
      <div>
        <p className="mb-1 font-medium">{t('oauthClient.redirectUri')}</p>
        <CopyLine label={t('oauthClient.redirectUriWord')} value={signIn.redirectUri} />
        {recipe?.redirectHint && <p className="mt-1 text-ink-3 text-sm">{recipe.redirectHint}</p>}
      </div>
      <TextField
        label={t('oauthClient.id')}
        name="clientId"
        value={clientId}
        onChange={(next) => {
          setClientId(next)
          setMissing(false)
        }}
        error={missing ? t('oauthClient.idMissing') : errors.clientId}
        code
      />
      <TextField
        label={t('oauthClient.secret')}
        {...(!recipe?.needsSecret && { optional: t('common.optional') })}
        name="clientSecret"
        hint={t('oauthClient.secretHint')}
        type="password"
        autoComplete="new-password"
        value={secret}
        onChange={setSecret}
        error={errors.clientSecret}
      />
      <TextField
        label={t('oauthClient.issuer')}
        optional={t('common.optional')}
        name="issuer"
        hint={t('oauthClient.issuerHint')}
        value={issuer}
        onChange={setIssuer}
        error={errors.issuer}
        code
      />
      {save.isError && Object.keys(errors).length === 0 && <ErrorState error={save.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={save.isPending}>
          {t('oauthClient.save')}
        </Button>
      </div>
    </form>
  )
}

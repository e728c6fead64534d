import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { CLIENT_IDS, type ClientId, type FoundClient, needsToken, type Profile } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { Tag } from '../../components/tag.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { CLIENT_ICONS } from './client-icons.ts'
import type { ConnectedClient } from './connected-client.ts'
import { freeName } from './free-name.ts'

interface Props {
  /** Null: the first that was found and is not connected. */
  client: ClientId | null
  /** The clients on this computer, which come first. */
  found: readonly FoundClient[]
  profileId: string
  profiles: readonly Profile[]
  /** Names that are taken. */
  tokenNames: readonly string[]
  onConnected: (connected: ConnectedClient) => void
}

/** Which client, to which profile, under which name: everything that the snippet needs. */
export function ConnectForm({ client: firstClient, found, profileId: firstProfile, profiles, tokenNames, onConnected }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  const isFound = (one: ClientId) => found.some((other) => other.client === one && other.installed)
  // In the order in which they lie there when the page opens: a list that moves under the hand is pressed wrongly.
  const [order] = useState(() => CLIENT_IDS.toSorted((a, b) => Number(isFound(b)) - Number(isFound(a))))
  const [client, setClient] = useState<ClientId>(
    () =>
      firstClient ??
      order.find((one) => isFound(one) && !found.some((other) => other.client === one && other.entries.length > 0)) ??
      order[0] ??
      'other',
  )
  const [profileId, setProfileId] = useState(firstProfile)
  const [typedName, setTypedName] = useState<string | null>(null)
  const name = typedName ?? freeName(t(`client.${client}`), tokenNames)
  const profile = profiles.find((one) => one.id === profileId)

  const create = useMutation(
    queries.tokens.create.mutationOptions({
      gcTime: 0,
      onSuccess: ({ token: secret, ...token }) => {
        see({ type: 'token.created', token })
        if (profile) onConnected({ client, profile, token: { id: token.id, name: token.name, secret }, since: token.createdAt })
      },
    }),
  )
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const { errors, onInput } = useFormErrors(missing ?? create.error, form)

  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (create.isPending) return
        if (!needsToken(client)) {
          if (profile) onConnected({ client, profile, token: null, since: Date.now() })
          return
        }
        const empty = missingFields([{ path: 'name', value: name, message: t('common.nameMissing') }])
        setMissing(empty)
        if (empty === null) create.mutate({ name, profiles: [profileId] })
      }}
      className="flex flex-col gap-5"
    >
      <div>
        <p id={id} className="mb-1 font-medium">
          {t('connect.client')}
        </p>
        <RadioGroup
          aria-labelledby={id}
          value={client}
          onValueChange={(next) => setClient(next)}
          className="grid grid-cols-1 gap-2 min-[26rem]:grid-cols-2 lg:grid-cols-3"
        >
          {order.map((one) => {
            const Icon = CLIENT_ICONS[one]
            return (
              <Radio.Root
                key={one}
                value={one}
                aria-label={isFound(one) ? `${t(`client.${one}`)}, ${t('found.tag')}` : t(`client.${one}`)}
                className="flex items-center gap-2.5 rounded-md border border-line-strong/70 px-3.5 py-2.5 text-start font-medium transition-colors duration-(--quick) hover:bg-hover data-checked:border-accent data-checked:bg-accent-soft forced-colors:data-checked:outline-2"
              >
                <Icon aria-hidden className="size-4.5 shrink-0 text-accent-text" />
                <span className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-2">
                  {t(`client.${one}`)}
                  {isFound(one) && <Tag tone="quiet">{t('found.tag')}</Tag>}
                </span>
                <span
                  className={`flex size-4 shrink-0 items-center justify-center rounded-full border ${one === client ? 'border-accent' : 'border-line-strong'}`}
                >
                  <Radio.Indicator className="size-2 rounded-full bg-accent forced-colors:bg-[Highlight]" />
                </span>
              </Radio.Root>
            )
          })}
        </RadioGroup>
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label={t('connect.profile')}
          name="profiles"
          hint={t('connect.profileHint')}
          value={profileId}
          onChange={setProfileId}
          choices={profiles.map((one) => ({
            value: one.id,
            label: one.name,
            ...(one.isDefault && { detail: t('profiles.default') }),
          }))}
          error={errors.profiles}
        />
        {needsToken(client) && (
          <TextField
            label={t('connect.tokenName')}
            name="name"
            hint={t('connect.tokenNameHint')}
            value={name}
            onChange={setTypedName}
            maxLength={100}
            error={errors.name}
          />
        )}
      </div>
      {missing === null && create.isError && Object.keys(errors).length === 0 && <ErrorState error={create.error} />}
      <div>
        <Button type="submit" variant="primary" busy={create.isPending} disabled={profile === undefined}>
          {t(needsToken(client) ? 'connect.submit' : 'connect.submitWithoutToken')}
        </Button>
      </div>
    </form>
  )
}

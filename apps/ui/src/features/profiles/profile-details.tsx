import type { Profile } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useUnsaved } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { StaleEditNotice } from '../../components/stale-edit.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useStaleEdit } from '../../lib/use-stale-edit.ts'

interface Values {
  readonly name: string
  readonly description: string
}

const valuesOf = ({ name, description }: Profile): Values => ({ name, description: description ?? '' })

/** What a profile is called and what it is for. Its slug is part of its address and stays. */
export function ProfileDetails({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const see = useSee()
  // Null: nothing was typed, so that what others change is followed.
  const [typed, setTyped] = useState<Values | null>(null)
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const values = typed ?? valuesOf(profile)
  const save = useMutation(
    queries.profiles.update.mutationOptions({
      onSuccess: (changed) => {
        see({ type: 'profile.updated', profile: changed })
        say(t('profileDetails.saved'))
        setTyped(null)
      },
    }),
  )
  const edit = useStaleEdit<Profile, Values>({
    live: profile,
    stampOf: ({ version }) => version,
    valuesOf,
    fields: [
      { label: t('createProfile.name'), show: ({ name }) => name, take: (into, { name }) => ({ ...into, name }) },
      {
        label: t('createProfile.about'),
        show: ({ description }) => description,
        take: (into, { description }) => ({ ...into, description }),
      },
    ],
    values,
    onChange: setTyped,
    save,
    refresh: () => void cache.invalidateQueries({ queryKey: queries.profiles.list.key() }),
  })
  useUnsaved(edit.isDirty)
  const submit = () => {
    const empty = missingFields([{ path: 'name', value: values.name, message: t('common.nameMissing') }])
    setMissing(empty)
    const description = values.description.trim()
    if (empty === null)
      save.mutate({ profile: profile.id, name: values.name, description: description === '' ? null : description, version: edit.stamp })
  }
  return (
    <Card title={t('profileDetails.title')}>
      <Form
        error={missing ?? edit.error}
        busy={save.isPending}
        onSubmit={submit}
        fields={['name', 'description']}
        actions={
          <>
            {typed && <StaleEditNotice edit={edit} />}
            <Button type="submit" className="self-start" disabled={!edit.isDirty} busy={save.isPending}>
              {t('common.save')}
            </Button>
          </>
        }
      >
        {(errors) => (
          <>
            <TextField
              label={t('createProfile.name')}
              name="name"
              value={values.name}
              onChange={(name) => setTyped({ ...values, name })}
              maxLength={100}
              error={errors.name}
            />
            <TextField
              label={t('createProfile.about')}
              optional={t('common.optional')}
              name="description"
              value={values.description}
              onChange={(description) => setTyped({ ...values, description })}
              maxLength={500}
              error={errors.description}
              rows={2}
            />
          </>
        )}
      </Form>
    </Card>
  )
}

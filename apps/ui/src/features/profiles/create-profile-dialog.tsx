import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { useProfiles, useSystem } from '../../lib/use-nouns.ts'
import { slugPreview } from './slug-preview.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
}

export function CreateProfileDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('createProfile.title')} description={t('createProfile.description')}>
      <CreateProfileForm onCancel={() => onOpenChange(false)} />
    </Dialog>
  )
}

function CreateProfileForm({ onCancel }: { onCancel: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const system = useSystem()
  const profiles = useProfiles()
  const form = useRef<HTMLFormElement>(null)
  const [name, setName] = useState('')
  // Null as long as the slug follows the name.
  const [slug, setSlug] = useState<string | null>(null)
  const [description, setDescription] = useState('')
  const create = useMutation(
    queries.profiles.create.mutationOptions({
      onSuccess: (profile) => {
        see({ type: 'profile.created', profile })
        navigate(`/profiles/${profile.slug}`)
      },
    }),
  )
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const { errors, onInput } = useFormErrors(missing ?? create.error, form)
  const shown =
    slug ??
    slugPreview(
      name,
      profiles.data?.map((profile) => profile.slug),
    )

  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (create.isPending) return
        const empty = missingFields([{ path: 'name', value: name, message: t('common.nameMissing') }])
        setMissing(empty)
        if (empty === null)
          create.mutate({ name, ...(slug !== null && slug !== '' && { slug }), ...(description.trim() !== '' && { description }) })
      }}
      className="flex flex-col gap-4"
    >
      <TextField
        label={t('createProfile.name')}
        name="name"
        value={name}
        onChange={setName}
        maxLength={100}
        error={errors.name}
        autoFocus
      />
      <TextField
        label={t('createProfile.slug')}
        name="slug"
        hint={
          shown === '' ? t('createProfile.slugHint') : t('createProfile.slugPreview', { url: `${system.data?.mcpUrl ?? '…/mcp'}/${shown}` })
        }
        value={shown}
        onChange={(next) => setSlug(next)}
        error={errors.slug}
        code
      />
      <TextField
        label={t('createProfile.about')}
        optional={t('common.optional')}
        name="description"
        value={description}
        onChange={setDescription}
        maxLength={500}
        error={errors.description}
        rows={2}
      />
      {missing === null && create.isError && Object.keys(errors).length === 0 && <ErrorState error={create.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={create.isPending}>
          {t('createProfile.submit')}
        </Button>
      </div>
    </form>
  )
}

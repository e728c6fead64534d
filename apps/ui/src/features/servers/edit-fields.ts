import type { TFunction } from 'i18next'
import { toRecord } from '../../components/rows.ts'
import type { EditField } from '../../lib/use-stale-edit.ts'
import type { ServerFormValues } from './server-form-values.ts'

/** What can be changed of a server that exists, as it is compared with what somebody else made of it. */
export function editFields(t: TFunction, sourceName: (id: string) => string): EditField<ServerFormValues>[] {
  const lines = (record: Record<string, string>) =>
    Object.entries(record)
      .map(([name, value]) => `${name} = ${value}`)
      .toSorted()
      .join('\n')
  const yes = (value: boolean) => t(value ? 'common.on' : 'common.off')
  return [
    { label: t('serverForm.command'), show: ({ line }) => line, take: (into, { line }) => ({ ...into, line }) },
    { label: t('serverForm.url'), show: ({ url }) => url, take: (into, { url }) => ({ ...into, url }) },
    { label: t('serverForm.name'), show: ({ name }) => name ?? '', take: (into, { name }) => ({ ...into, name }) },
    { label: t('serverForm.env'), show: ({ env }) => lines(toRecord(env)), take: (into, { env }) => ({ ...into, env }) },
    { label: t('serverForm.cwd'), show: ({ cwd }) => cwd, take: (into, { cwd }) => ({ ...into, cwd }) },
    {
      label: t('serverForm.reserved'),
      show: ({ allowReservedEnv }) => yes(allowReservedEnv),
      take: (into, { allowReservedEnv }) => ({ ...into, allowReservedEnv }),
    },
    {
      label: t('serverForm.headers'),
      show: ({ headers }) => lines(toRecord(headers)),
      take: (into, { headers }) => ({ ...into, headers }),
    },
    {
      label: t('serverForm.private'),
      show: ({ allowPrivateNetwork }) => yes(allowPrivateNetwork),
      take: (into, { allowPrivateNetwork }) => ({ ...into, allowPrivateNetwork }),
    },
    {
      // What is typed of a new key is never shown; whether one is there counts.
      label: t('apiKey.label'),
      show: ({ storedKey, apiKey, keyHeader, keyTemplate, dropKey }) =>
        [keyHeader, keyTemplate, dropKey ? '' : storedKey ? `••••${storedKey.hint ?? ''}` : '', apiKey && '•••'].filter(Boolean).join(' '),
      take: (into, { storedKey, keyHeader, keyTemplate }) => ({ ...into, storedKey, keyHeader, keyTemplate, apiKey: '', dropKey: false }),
    },
    {
      label: t('serverForm.postEndpoint'),
      show: ({ postEndpoint }) => postEndpoint,
      take: (into, { postEndpoint }) => ({ ...into, postEndpoint }),
    },
    {
      label: t('serverForm.protocol'),
      show: ({ protocol }) => t(`serverForm.protocols.${protocol}`),
      take: (into, { protocol }) => ({ ...into, protocol }),
    },
    {
      label: t('serverForm.sources'),
      show: ({ sourceIds }) => sourceIds.map(sourceName).toSorted().join(', '),
      take: (into, { sourceIds }) => ({ ...into, sourceIds }),
    },
    { label: t('serverForm.keepAlive'), show: ({ keepAlive }) => yes(keepAlive), take: (into, { keepAlive }) => ({ ...into, keepAlive }) },
  ]
}

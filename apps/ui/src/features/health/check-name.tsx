import { useTranslation } from 'react-i18next'
import type { en } from '../../i18n/en/en.ts'

type Known = keyof (typeof en)['checkNames']

/** What was looked at, in words; the names of servers and what this window does not know are shown as they are. */
export function CheckName({ name }: { name: string }) {
  const { t, i18n } = useTranslation()
  return <bdi>{i18n.exists(`checkNames.${name}`) ? t(`checkNames.${name as Known}`) : name}</bdi>
}

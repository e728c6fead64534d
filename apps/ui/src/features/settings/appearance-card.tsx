import { type Appearance, CONTRASTS, MOTIONS, TEXT_SIZES, THEMES } from '@local-mcp/contract'
import type { ComponentProps } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppearance } from '../../app/appearance.ts'
import { Card } from '../../components/card.tsx'
import { Segments } from '../../components/segments.tsx'
import { QueryBody } from './query-body.tsx'
import { useChangeAppearance } from './use-change-appearance.ts'

/** How every window of this gateway looks. */
export function AppearanceCard() {
  const { t } = useTranslation()
  const appearance = useAppearance()
  return (
    <Card title={t('appearance.title')} description={t('appearance.text')}>
      <QueryBody query={appearance}>{(saved) => <Choices saved={saved} />}</QueryBody>
    </Card>
  )
}

function Choices({ saved }: { saved: Appearance }) {
  const { t } = useTranslation()
  const change = useChangeAppearance()
  return (
    <div className="-my-2.5 divide-y divide-line">
      <Choice
        label={t('appearance.theme')}
        value={saved.theme}
        onChange={(theme) => change({ theme })}
        choices={THEMES.map((value) => ({ value, label: t(`appearance.themes.${value}`) }))}
      />
      <Choice
        label={t('appearance.contrast')}
        value={saved.contrast}
        onChange={(contrast) => change({ contrast })}
        choices={CONTRASTS.map((value) => ({ value, label: t(`appearance.contrasts.${value}`) }))}
      />
      <Choice
        label={t('appearance.motion')}
        value={saved.motion}
        onChange={(motion) => change({ motion })}
        choices={MOTIONS.map((value) => ({ value, label: t(`appearance.motions.${value}`) }))}
      />
      <Choice
        label={t('appearance.textSize')}
        value={saved.textSize}
        onChange={(textSize) => change({ textSize })}
        choices={TEXT_SIZES.map((value) => ({ value, label: t(`appearance.textSizes.${value}`) }))}
      />
    </div>
  )
}

function Choice<T extends string>(props: ComponentProps<typeof Segments<T>>) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1.5 py-2.5">
      <span aria-hidden className="font-medium">
        {props.label}
      </span>
      <Segments {...props} />
    </div>
  )
}

import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { LANGUAGES, rememberLanguage } from '../../i18n/languages.ts'

const TAGS = Object.keys(LANGUAGES)

/** Nothing while there is one language alone. */
export function LanguageCard() {
  const { t, i18n } = useTranslation()
  if (TAGS.length < 2) return null
  return (
    <Card title={t('language.title')}>
      <div className="max-w-md">
        <SelectField
          label={t('language.label')}
          name="language"
          value={i18n.language}
          onChange={(tag) => {
            rememberLanguage(tag)
            void i18n.changeLanguage(tag)
          }}
          choices={TAGS.map((value) => ({ value, label: new Intl.DisplayNames([value], { type: 'language' }).of(value) ?? value }))}
        />
      </div>
    </Card>
  )
}

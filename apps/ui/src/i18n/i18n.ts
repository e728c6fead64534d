import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { en } from './en/en.ts'
import { firstLanguage, LANGUAGES } from './languages.ts'

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
})

void i18next.use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: 'en',
  resources: Object.fromEntries(Object.entries(LANGUAGES).map(([tag, translation]) => [tag, { translation }])),
  // React escapes; a second time would show entities.
  interpolation: { escapeValue: false },
  returnNull: false,
  // Some states have nothing to add.
  returnEmptyString: true,
})

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
    returnNull: false
  }
}

import { useTranslation } from 'react-i18next'
import { CopyLine } from '../../components/copy-line.tsx'
import { Notice } from '../../components/notice.tsx'
import { useSystem } from '../../lib/use-nouns.ts'

/** The database lies where another program copies it or locks do not hold: why that matters and how to move it. */
export function LocationNotice() {
  const { t } = useTranslation()
  const { data } = useSystem()
  if (!data?.riskyLocation) return null
  const { riskyLocation: place, dataDir: folder, databasePath } = data
  const file = t('location.file', { name: databasePath.slice(folder.length + 1) })
  return (
    <Notice tone="warn" title={t('location.title', { place })}>
      <p className="mb-2">{t('location.text', { folder })}</p>
      <CopyLine label={t('location.command')} value={`local-mcp-gateway serve --database ${file}`} />
    </Notice>
  )
}

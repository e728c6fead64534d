import type { ToolPolicy } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { SelectField } from '../../components/select-field.tsx'

const POLICIES = ['all', 'allowlist'] as const satisfies readonly ToolPolicy[]

/** What happens to tools that nobody switched, now or when the server adds one. */
export function ToolPolicyField({ value, busy, onChange }: { value: ToolPolicy; busy: boolean; onChange: (policy: ToolPolicy) => void }) {
  const { t } = useTranslation()
  return (
    <div className="max-w-md">
      <SelectField<ToolPolicy>
        label={t('tools.policy')}
        name="policy"
        value={value}
        onChange={(policy) => policy !== value && onChange(policy)}
        choices={POLICIES.map((policy) => ({ value: policy, label: t(`toolPolicy.${policy}`), detail: t(`toolPolicyText.${policy}`) }))}
        hint={t(`toolPolicyText.${value}`)}
        busy={busy}
      />
    </div>
  )
}

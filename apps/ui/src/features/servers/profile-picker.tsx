import type { Profile } from '@local-mcp/contract'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { DefaultTag } from '../profiles/default-tag.tsx'

interface Props {
  profiles: readonly Profile[]
  chosen: readonly string[]
  onToggle: (profileId: string, chosen: boolean) => void
}

/** Profiles that a server is in, each to be ticked. */
export function ProfilePicker({ profiles, chosen, onToggle }: Props) {
  return (
    <div className="flex flex-col gap-2">
      {profiles.map(({ id, name, isDefault }) => (
        <CheckboxField
          key={id}
          label={name}
          tag={isDefault && <DefaultTag />}
          checked={chosen.includes(id)}
          onChange={(checked) => onToggle(id, checked)}
        />
      ))}
    </div>
  )
}

import type { Profile } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/api-context.tsx'

/** What the clients of a profile see of its tools, and what that costs. */
export const useEffectiveTools = (profile: Profile) =>
  useQuery(useApi().queries.profiles.effectiveTools.queryOptions({ input: { profile: profile.id } }))

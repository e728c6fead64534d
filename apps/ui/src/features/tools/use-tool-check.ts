import type { LinkTool, ToolCheck } from '@local-mcp/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from '../../app/api-context.tsx'
import { readError } from '../../connect.ts'
import { customInput, type ToolDraft } from './tool-draft.ts'

/** How long nobody types before the gateway is asked, in milliseconds. */
const PAUSE = 250

export interface CheckedDraft {
  /** What would become of the tool; undefined until it is known, and while what is typed cannot be asked about. */
  readonly check: ToolCheck | undefined
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[]
}

/** Asks the gateway, while somebody types, whether it would take it. */
export function useToolCheck(profile: string, server: string, tool: LinkTool, draft: ToolDraft): CheckedDraft {
  const { queries } = useApi()
  const [settled, setSettled] = useState(draft)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), PAUSE)
    return () => clearTimeout(timer)
  }, [draft])
  const asked = customInput(tool, settled)
  const input = { profile, server, tool: tool.name, ...('input' in asked ? asked.input : {}) }
  const query = useQuery(
    queries.profiles.checkTool.queryOptions({ input, enabled: 'input' in asked, placeholderData: keepPreviousData, gcTime: 0 }),
  )
  if (query.isError) return { check: undefined, problems: readError(query.error).fields }
  return { check: query.data, problems: query.isPlaceholderData ? [] : (query.data?.problems ?? []) }
}

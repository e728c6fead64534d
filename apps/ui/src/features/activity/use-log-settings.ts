import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/api-context.tsx'

/** What is recorded of calls. */
export const useLogSettings = () => useQuery(useApi().queries.logs.getSettings.queryOptions())

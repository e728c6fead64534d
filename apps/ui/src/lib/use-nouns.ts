import { useQuery } from '@tanstack/react-query'
import { useApi } from '../app/api-context.tsx'

/** The known clients and what their files say: looked at anew by each page that opens, and when one of them connects. */
export const useFoundClients = () => useQuery({ ...useApi().queries.clients.detect.queryOptions(), staleTime: 0 })
/** Who came to the door lately, the latest last. */
export const useArrivals = () => useQuery(useApi().queries.clients.arrivals.queryOptions())
/** Every server with its live state. */
export const useServers = () => useQuery(useApi().queries.servers.list.queryOptions())
/** The servers that were deleted and can come back. */
export const useDeletedServers = () => useQuery(useApi().queries.servers.deleted.queryOptions())
/** Every source, its secrets masked. */
export const useSources = () => useQuery(useApi().queries.sources.list.queryOptions())
/** Every profile. */
export const useProfiles = () => useQuery(useApi().queries.profiles.list.queryOptions())
/** Every client token, the revoked ones too. */
export const useTokens = () => useQuery(useApi().queries.tokens.list.queryOptions())
/** Everything that is stored sealed, without its value. */
export const useSecrets = () => useQuery(useApi().queries.secrets.list.queryOptions())
/** Every account of every server. */
export const useAccounts = () => useQuery(useApi().queries.oauth.list.queryOptions())
/** How the stored secrets are doing. */
export const useVault = () => useQuery(useApi().queries.secrets.vault.queryOptions())
/** The newest calls first. */
export const useCalls = () => useQuery(useApi().queries.activity.recent.queryOptions())
/** Every backup, the newest first. */
export const useBackups = () => useQuery(useApi().queries.backups.list.queryOptions())
/** Why the gateway runs without its database; null where it does not. */
export const useRecovery = () => useQuery(useApi().queries.recovery.state.queryOptions())
/** Version, addresses and folders of this gateway. */
export const useSystem = () => useQuery(useApi().queries.system.info.queryOptions())

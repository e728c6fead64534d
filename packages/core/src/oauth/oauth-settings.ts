import { type OAuthSettings, oauthSettings } from '@local-mcp/contract'
import { OAUTH_SETTINGS } from '../settings.ts'
import type { StoreReader } from '../store.ports.ts'

const DEFAULTS: OAuthSettings = { clientMetadataUrl: '', redirectHost: '127.0.0.1', keepSignedIn: true }

/** What was set, or the defaults; what is not valid (any more) counts as not set. */
export async function readOAuthSettings({ settings }: Pick<StoreReader, 'settings'>): Promise<OAuthSettings> {
  return oauthSettings.catch(DEFAULTS).parse({ ...DEFAULTS, ...((await settings.get(OAUTH_SETTINGS)) as object | undefined) })
}

/** How the gateway describes itself to authorization servers: RFC 7591, and the document of ruling 22. */
export const clientMetadata = (redirectUris: readonly string[]) => ({
  client_name: 'Local MCP Gateway',
  redirect_uris: [...redirectUris],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
})

import type { Settings } from './fake-authorization.types.ts'

/** Where the metadata of the resource is named by a 401 and nowhere else. */
const UNUSUAL = '/about/this-resource'

/** @returns where the metadata of the resource at `/mcp` is; null: nowhere */
export function resourceMetadataPath({ resourceMetadata }: Settings): string | null {
  const known = '/.well-known/oauth-protected-resource'
  return { header: UNUSUAL, path: `${known}/mcp`, root: known, none: null }[resourceMetadata]
}

/** @returns where the metadata of the authorization server is; null: nowhere */
export function metadataPath({ metadata, issuerPath }: Settings): string | null {
  const oidc = '/.well-known/openid-configuration'
  const oauth = `/.well-known/oauth-authorization-server${issuerPath}`
  return { oauth, 'oidc-inserted': `${oidc}${issuerPath}`, 'oidc-appended': `${issuerPath}${oidc}`, none: null }[metadata]
}

export function resourceDocument({ scopes, resourceOverrides }: Settings, resource: string, issuer: string) {
  return { resource, authorization_servers: [issuer], scopes_supported: scopes, bearer_methods_supported: ['header'], ...resourceOverrides }
}

export function serverDocument(settings: Settings, issuer: string): Record<string, unknown> {
  const { scopes, registration, revocation, iss, clientDocuments, clientSecret, metadata, metadataOverrides } = settings
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: registration ? `${issuer}/register` : null,
    revocation_endpoint: revocation ? `${issuer}/revoke` : null,
    scopes_supported: scopes,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: clientSecret ? ['client_secret_basic', 'client_secret_post'] : ['none'],
    authorization_response_iss_parameter_supported: iss === 'missing' ? null : true,
    client_id_metadata_document_supported: clientDocuments ? true : null,
    ...(metadata === 'oauth'
      ? {}
      : { jwks_uri: `${issuer}/jwks`, subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] }),
    ...metadataOverrides,
  }
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))
}

import type { AccountRecord, GrantRecord, GrantTerms, RegistrationRecord, SignInRecord } from '@local-mcp/core'
import { newId, type ServerId } from '@local-mcp/kernel'

export const anAccount = (serverId: ServerId, more: Partial<AccountRecord> = {}): AccountRecord => ({
  id: newId<'account'>(),
  serverId,
  name: 'default',
  isDefault: true,
  terms: null,
  renewal: null,
  createdAt: 1000,
  ...more,
})

export const someTerms = (more: Partial<GrantTerms> = {}): GrantTerms => ({
  issuer: 'https://auth.example',
  tokenEndpoint: 'https://auth.example/token',
  revocationEndpoint: null,
  authMethods: null,
  namesIssuer: true,
  resource: 'https://mcp.example/',
  registrationId: newId<'registration'>(),
  ...more,
})

export const aGrant = ({ id, serverId }: AccountRecord, more: Partial<GrantRecord> = {}): GrantRecord => ({
  id,
  serverId,
  accessToken: 'v1:access',
  refreshToken: 'v1:refresh',
  tokenType: 'Bearer',
  expiresAt: 5000,
  scope: 'read',
  issuer: 'https://auth.example',
  lastRefreshAt: null,
  lastError: null,
  createdAt: 1000,
  ...more,
})

export const aRegistration = (serverId: ServerId, more: Partial<RegistrationRecord> = {}): RegistrationRecord => ({
  id: newId<'registration'>(),
  serverId,
  issuer: 'https://auth.example',
  clientId: 'client',
  clientSecret: 'v1:secret',
  redirectUri: 'http://127.0.0.1:4444/oauth/callback',
  secretExpiresAt: null,
  origin: 'dcr',
  createdAt: 1000,
  ...more,
})

export const aSignIn = ({ id, serverId }: AccountRecord, more: Partial<SignInRecord> = {}): SignInRecord => ({
  stateHash: newId(),
  serverId,
  accountId: id,
  codeVerifier: 'v1:verifier',
  redirectUri: 'http://127.0.0.1:4444/oauth/callback',
  scope: null,
  issuer: 'https://auth.example',
  resource: null,
  createdAt: 1000,
  expiresAt: 2000,
  usedAt: null,
  ...more,
})

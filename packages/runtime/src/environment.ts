import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_PORT } from '@local-mcp/contract'
import { type UserPlaces, userPlacesOf } from '@local-mcp/core'
import { resolveDatabasePath } from '@local-mcp/database'
import { AppError, type LogLevel, registerSecret } from '@local-mcp/kernel'
import type { RuntimeOptions } from './create-runtime.ts'
import type { KeyOptions } from './key-options.ts'

/** What the environment says, checked. */
export interface Environment {
  readonly port: number
  readonly databasePath: string
  readonly corsOrigins: readonly string[]
  /** Addresses of single servers; undefined: not said. */
  readonly pool: string | undefined
  readonly logLevel: LogLevel
  readonly keys: KeyOptions
  /** Where browsers come back to from a sign-in. */
  readonly oauth: NonNullable<RuntimeOptions['oauth']>
  /** A token that is let in beside those that are stored. */
  readonly givenToken: RuntimeOptions['givenToken']
  /** Where the files of whoever runs it lie. */
  readonly userPlaces: UserPlaces
  readonly owner: { readonly email: string | undefined; readonly name: string | undefined; readonly teamPrefix: string | undefined }
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]'])

/** Brings a token from outside, for a gateway without anybody who could make one. */
const TOKEN_VARIABLE = 'MCP_GATEWAY_AUTH_TOKEN'
/** What is started from here, and what configurations refer to, must not find these. */
export const SECRET_VARIABLES = ['OAUTH_ENCRYPTION_KEY', TOKEN_VARIABLE]

const refuse = (name: string, message: string, next: string) =>
  new AppError('VALIDATION_ERROR', message, { next, fields: [{ path: [name], message }] })

/**
 * @param keyFile of `--key-file`
 * @throws AppError VALIDATION_ERROR, HOST_NOT_LOOPBACK, DATABASE_UNSUPPORTED_URL, naming the variable
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, keyFile?: string): Environment {
  const port = env.PORT?.trim() ? Number(env.PORT) : DEFAULT_PORT
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw refuse('PORT', `PORT is not a port: "${env.PORT}"`, 'Use a number from 1 to 65535, or 0 for any free port.')
  if (env.HOST?.trim() && !LOOPBACK.has(env.HOST.trim())) throw new AppError('HOST_NOT_LOOPBACK', `HOST is "${env.HOST}"`)
  const logLevel = (env.LOG_LEVEL?.trim().toLowerCase() || 'info') as LogLevel
  if (!LEVELS.includes(logLevel))
    throw refuse('LOG_LEVEL', `LOG_LEVEL is not a level: "${env.LOG_LEVEL}"`, `Use one of: ${LEVELS.join(', ')}.`)
  const corsOrigins = (env.CORS_ORIGINS ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
  for (const origin of corsOrigins) {
    if (!isOrigin(origin))
      throw refuse(
        'CORS_ORIGINS',
        `CORS_ORIGINS holds what is not an origin: "${origin}"`,
        'Use full origins such as https://app.example.com, separated by commas.',
      )
  }
  const encryptionKey = env.OAUTH_ENCRYPTION_KEY?.trim() || null
  if (encryptionKey !== null && !/^[0-9a-f]{64}$/i.test(encryptionKey))
    throw refuse(
      'OAUTH_ENCRYPTION_KEY',
      `OAUTH_ENCRYPTION_KEY has ${encryptionKey.length} characters, or some that are not hexadecimal`,
      'Give it 64 hexadecimal digits, such as `openssl rand -hex 32` prints, or leave it out.',
    )
  const token = env[TOKEN_VARIABLE]?.trim()
  if (token && !/^[A-Za-z0-9._~+/-]{32,512}=*$/.test(token)) {
    throw refuse(
      TOKEN_VARIABLE,
      `${TOKEN_VARIABLE} has ${token.length} characters, or some that a token cannot have`,
      'Give it 32 or more letters, digits and any of ._~+/-, such as `openssl rand -hex 32` prints, or leave it out.',
    )
  }
  if (token) registerSecret(token)
  return {
    port,
    databasePath: resolveDatabasePath({ databasePath: env.DATABASE_PATH || pathOfUrl(env.DATABASE_URL) }),
    corsOrigins,
    pool: env.MCP_GATEWAY_URL_POOLS?.trim() || undefined,
    logLevel,
    givenToken: token ? { variable: TOKEN_VARIABLE, token } : undefined,
    oauth: { port: oauthPortOf(env.MCP_GATEWAY_OAUTH_PORT), redirectBase: redirectBaseOf(env.OAUTH_REDIRECT_BASE) },
    userPlaces: userPlacesOf(env, process.platform, homedir()),
    keys: { encryptionKey, keyFile: keyFile ? resolve(keyFile) : null },
    owner: { email: env.PLATFORM_ADMIN_EMAIL, name: env.PLATFORM_ADMIN_FULL_NAME, teamPrefix: env.PERSONAL_TEAM_PREFIX },
  }
}

function oauthPortOf(given: string | undefined): number | null {
  const text = given?.trim()
  if (!text) return null
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1025 && port <= 65_535) return port
  throw refuse(
    'MCP_GATEWAY_OAUTH_PORT',
    `MCP_GATEWAY_OAUTH_PORT is not a port for sign-ins: "${text}"`,
    'Use a number from 1025 to 65535, or leave it out: browsers then come back to the port of the gateway.',
  )
}

/** Only this computer: whoever answers there gets the codes of sign-ins. */
function redirectBaseOf(given: string | undefined): string | null {
  const text = given?.trim()
  if (!text) return null
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol) && LOOPBACK.has(url.hostname) && text.replace(/\/$/, '') === url.origin) return url.origin
  throw refuse(
    'OAUTH_REDIRECT_BASE',
    `OAUTH_REDIRECT_BASE is not an address of this computer: "${text.replace(/\/\/[^@/]*@/, '//•••@')}"`,
    'Use an origin such as http://localhost:4444, without a path, or leave it out.',
  )
}

function isOrigin(text: string): boolean {
  try {
    return new URL(text).origin === text
  } catch {
    return false
  }
}

/** DATABASE_URL is what other programs use; only a file is understood here. */
function pathOfUrl(url: string | undefined): string | undefined {
  if (!url) return undefined
  if (url.startsWith('file://') && URL.canParse(url)) return fileURLToPath(url)
  const path = /^(?:sqlite|file):(?:\/\/)?(\/?[^?]+)/.exec(url)?.[1]
  if (!path) throw new AppError('DATABASE_UNSUPPORTED_URL', `DATABASE_URL is "${url.replace(/\/\/[^@/]*@/, '//•••@')}"`)
  return path
}

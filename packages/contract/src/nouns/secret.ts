import { z } from 'zod'
import { timestamp } from './common.ts'

export const secretName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'Use up to 64 letters, digits, dots, dashes and underscores')

/** Any text but NUL, which no variable can hold. */
export const secretValue = z
  .string()
  .min(1)
  .max(65_536)
  .refine((text) => !text.includes('\0'), 'Must not hold a NUL character')

/** A server that has a secret, or refers to it. */
export const secretUser = z.object({
  id: z.uuid(),
  name: z.string(),
  deleted: z.boolean().describe('It does not run, and needs the secret again when it is restored'),
})

/** One line of the ledger: everything secret that is stored, and never its value. */
export const secret = z.object({
  id: z.uuid(),
  kind: z
    .enum(['named', 'api_key', 'source', 'sign_in', 'client_secret'])
    .describe(
      'named: for {{secret:name}}. api_key: of the one server that uses it. source: the secret values of a source, changed there. sign_in: the tokens of an account. client_secret: of the client at an authorization server',
    ),
  name: z.string().describe('Of a sign-in the name of the account, of a client secret its authorization server'),
  hint: z.string().nullable().describe('The last characters, where the value is long enough to show them'),
  usedBy: z.array(secretUser),
  lastUsedAt: timestamp.nullable(),
  createdAt: timestamp,
})
export type Secret = z.infer<typeof secret>

/** Where the key that protects all secrets is kept. */
export const keyPlace = z.enum(['os', 'passphrase', 'file', 'env'])
export type KeyPlace = z.infer<typeof keyPlace>

/** How the stored secrets are doing. */
export const vaultStatus = z.object({
  state: z
    .enum(['absent', 'ready', 'locked', 'lost', 'wrong_key'])
    .describe('absent: no key yet, the first secret makes one. locked: it cannot be had now. lost: it is not where it was'),
  place: keyPlace.nullable().describe('Where the key is, or, while there is none, where it would be put; null: nowhere'),
  keyFile: z.string().nullable().describe('Path of the key file, where the key is in one'),
  problem: z.object({ code: z.string(), message: z.string(), next: z.string() }).nullable(),
  stored: z.int().nonnegative().describe('How many values are stored as ciphertext'),
  formerKeys: z.int().nonnegative().describe('Data keys from before a rotation, kept for older backups'),
})
export type VaultStatus = z.infer<typeof vaultStatus>

/** How the key of a remote server is sent. */
export const apiKeyInput = z.strictObject({
  value: z.string().max(8192).optional().describe('Absent: the one that is stored stays'),
  headerName: z.string().trim().max(200).optional().describe('Absent: Authorization'),
  template: z.string().max(1000).optional().describe('Absent: "Bearer {apiKey}" for Authorization, else "{apiKey}"'),
})
export type ApiKeyInput = z.infer<typeof apiKeyInput>

export const apiKey = z.object({
  headerName: z.string(),
  template: z.string(),
  hint: z.string().nullable().describe('The last characters of the key; null where it is too short or gone'),
})
export type ApiKey = z.infer<typeof apiKey>

import { z } from 'zod'
import { plainText, timestamp, visibility } from './common.ts'

export const SOURCE_TYPES = ['outlook', 'snowflake', 'box', 'generic'] as const
export const sourceType = z.enum(SOURCE_TYPES)
export type SourceType = z.infer<typeof sourceType>

export interface SourceField {
  readonly key: string
  readonly secret?: boolean
  readonly url?: boolean
  /** The values that it may have; absent: any. */
  readonly choices?: readonly string[]
}

/** What a source of each type has to say; one of type `generic` says what it likes. */
export const SOURCE_FIELDS = {
  outlook: [{ key: 'tenant_id' }, { key: 'graph_client_id' }, { key: 'graph_client_secret', secret: true }, { key: 'graph_user_id' }],
  snowflake: [
    { key: 'snowflake_account_url', url: true },
    { key: 'snowflake_pat', secret: true },
    { key: 'snowflake_semantic_model_file' },
    { key: 'snowflake_cortex_search_service' },
  ],
  box: [
    { key: 'box_client_id' },
    { key: 'box_client_secret', secret: true },
    { key: 'box_subject_type', choices: ['user', 'enterprise'] },
    { key: 'box_subject_id' },
  ],
  generic: [],
} as const satisfies Record<SourceType, readonly SourceField[]>

/** Begins what is shown in place of a secret: `••••` and its last four characters. Sent back, it leaves the secret as it is. */
export const SECRET_MASK = '••••'

/** It is part of references, `{{source:name.key}}`. */
export const sourceName = plainText
  .min(1)
  .max(100)
  .regex(/^[^{}]*$/, 'Must not hold { or }')

export const sourceMetadata = z.record(z.string().max(100), z.string().max(32_768))

export const source = z.object({
  id: z.uuid(),
  name: z.string(),
  type: sourceType,
  metadata: sourceMetadata.describe('Secret values as •••• and their last four characters'),
  secretKeys: z.array(z.string()),
  serverIds: z.array(z.uuid()).describe('Servers that use it'),
  visibility,
  createdAt: timestamp,
  updatedAt: timestamp,
})
export type Source = z.infer<typeof source>

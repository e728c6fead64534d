import { z } from 'zod'
import { plainText, timestamp, version, visibility } from './common.ts'
import { chosenTool, toolPolicy } from './tool.ts'

export const toolNaming = z
  .enum(['first_wins', 'always_prefix', 'reject'])
  .describe('What happens when two servers have a tool of the same name')
export type ToolNaming = z.infer<typeof toolNaming>

export const profileName = plainText.min(1).max(100)
export const profileDescription = z.string().max(500)

export const profile = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  toolNaming,
  visibility,
  isDefault: z.boolean().describe('Whether /mcp/gateway leads here'),
  endpoint: z.url().describe('The URL for MCP clients'),
  serverIds: z.array(z.uuid()).describe('Linked servers in their order'),
  version,
  createdAt: timestamp,
  updatedAt: timestamp,
})
export type Profile = z.infer<typeof profile>

export const link = z.object({
  serverId: z.uuid(),
  order: z.int().nonnegative(),
  isActive: z.boolean(),
  toolPolicy,
  accountId: z.uuid().nullable().describe('Who its calls are made as, where the server wants a sign-in; null: its default account'),
})
export type Link = z.infer<typeof link>

/** Each of them has to be read and compiled before it is believed. */
const MAX_CUSTOM_SCHEMAS = 500

/** All that somebody chose about a server in a profile, so that a removal can be taken back. */
export const removedLink = z.strictObject({
  order: z.int().nonnegative(),
  isActive: z.boolean(),
  toolPolicy,
  accountId: z.uuid().nullable(),
  tools: z
    .array(chosenTool)
    .max(5000)
    .refine((tools) => tools.filter(({ inputSchema }) => inputSchema).length <= MAX_CUSTOM_SCHEMAS, 'Too many schemas of their own'),
})
export type RemovedLink = z.infer<typeof removedLink>

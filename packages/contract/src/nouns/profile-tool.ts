import { z } from 'zod'

const tokens = z.int().nonnegative().describe('About what it costs a model with each request: a quarter of its bytes')

export const toolHiding = z
  .enum(['server_off', 'link_off', 'off_at_server', 'off_here', 'kept_back', 'name_clash', 'unusable'])
  .describe(
    'Why clients do not see it: the server is off or waits for your approval; it is off in this profile; the tool is off at the server; off in this profile; ' +
      'not as it was accepted; another tool has its name and the profile leaves both out; it cannot be called over HTTP',
  )
export type ToolHiding = z.infer<typeof toolHiding>

/** A tool of any server of a profile, and what its clients see of it. */
export const profileTool = z.object({
  serverId: z.uuid(),
  name: z.string().describe("The server's own name of it"),
  exposedName: z.string().nullable().describe('What clients call it; null where they do not see it'),
  hidden: toolHiding.nullable(),
  rivalId: z.uuid().nullable().describe('The server whose tool has the name that this one would have alone'),
  title: z.string().nullable(),
  description: z.string().nullable().describe('As clients read it'),
  enabledHere: z.boolean().describe('Whether the policy and the switches of the profile let it through'),
  custom: z.boolean().describe('It has a name, a description or a schema of its own in this profile'),
  problem: z.string().nullable().describe('Why what was chosen no longer fits what the server offers'),
  changed: z.boolean().describe('It is not as it was accepted'),
  tokens,
})
export type ProfileTool = z.infer<typeof profileTool>

const serverCost = z.object({
  serverId: z.uuid(),
  listed: z.boolean().describe('False: it was never connected, so nobody knows its tools'),
  tools: z.int().nonnegative().describe('That clients see'),
  tokens,
})
export type ServerCost = z.infer<typeof serverCost>

export const profileTools = z.object({
  tools: z.array(profileTool).describe('In the order in which clients see them; those that they do not see among them'),
  servers: z.array(serverCost),
  total: z.object({ tools: z.int().nonnegative(), tokens }).describe('What clients see'),
})
export type ProfileTools = z.infer<typeof profileTools>

/** What would become of a customisation, before it is saved. */
export const toolCheck = z.object({
  exposedName: z.string().nullable().describe('What clients would call it while it is switched on; null: they would not see it'),
  tokensOriginal: tokens.describe('As the server says it'),
  tokens,
  problems: z
    .array(z.object({ path: z.array(z.string()).describe('The field, then the place in its JSON'), message: z.string() }))
    .describe('Why it would be refused'),
})
export type ToolCheck = z.infer<typeof toolCheck>

export const PROMPT_FORMATS = ['recommended', 'markdown', 'xml', 'toon'] as const
export const promptFormat = z.enum(PROMPT_FORMATS).describe('recommended: one line for each tool. The others say its arguments too')
export type PromptFormat = z.infer<typeof promptFormat>

export const profilePrompt = z.object({
  format: promptFormat,
  text: z.string(),
  tools: z.int().nonnegative(),
  tokens,
})
export type ProfilePrompt = z.infer<typeof profilePrompt>

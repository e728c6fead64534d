import { z } from 'zod'

export const toolPolicy = z
  .enum(['all', 'allowlist'])
  .describe('all: every tool that is not switched off, also such as come later. allowlist: only tools that are switched on')
export type ToolPolicy = z.infer<typeof toolPolicy>

/** Whatever a server may call its tool. */
const ownName = z.string().min(1).max(10_000)

export const tool = z.object({
  name: z.string().describe("The server's own name of the tool"),
  title: z.string().nullable(),
  description: z.string().nullable(),
  inputSchema: z.unknown(),
  tokens: z.int().nonnegative().describe('About what its definition costs a model with each request: a quarter of its bytes'),
  enabled: z.boolean().describe('Whether the policy and the switches of the server let it through'),
  changed: z.boolean().describe('It is not as it was accepted'),
  withheld: z.boolean().describe('Not offered and not callable until somebody has accepted it as it is now'),
})
export type Tool = z.infer<typeof tool>

const customName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,45}$/, 'Use 1 to 45 letters, digits, underscores and dashes')
  .describe('What clients call it, whatever the naming of the profile')
const customDescription = z.string().max(10_000)
/** A schema that a model has to read with each request. */
const MAX_SCHEMA = 64 * 1024
const customSchema = z
  .record(z.string(), z.unknown())
  .refine((schema) => JSON.stringify(schema).length <= MAX_SCHEMA, 'Must not be longer than 64 KiB')

const toolCustom = z.object({
  name: z.string().nullable(),
  description: z.string().nullable(),
  inputSchema: z.record(z.string(), z.unknown()).nullable(),
  problem: z.string().nullable().describe('Why it no longer fits what the server offers'),
})

/** A tool of a server as one profile has it. */
export const linkTool = tool.extend({
  enabledHere: z.boolean().describe('Whether the policy and the switches of the profile let it through'),
  exposedName: z.string().nullable().describe('What clients of the profile call it now; null where they do not see it'),
  custom: toolCustom.nullable(),
})
export type LinkTool = z.infer<typeof linkTool>
export const linkTools = z.object({ toolPolicy, tools: z.array(linkTool) })
export type LinkTools = z.infer<typeof linkTools>

/** What to switch. What is not named stays as it is. */
export const toolSwitches = z.object({
  policy: toolPolicy.optional(),
  enable: z.array(ownName).max(5000).optional(),
  disable: z.array(ownName).max(5000).optional(),
})

/** What to say in place of the server; null is what the server says, absent leaves it. */
export const toolCustomization = z.object({
  name: customName.nullable().optional(),
  description: customDescription.nullable().optional(),
  inputSchema: customSchema.nullable().optional(),
})
export { ownName as toolName }

/** What somebody chose for one tool of a link. */
export const chosenTool = z.object({
  tool: ownName,
  enabled: z.boolean(),
  name: customName.nullable(),
  description: customDescription.nullable(),
  inputSchema: customSchema.nullable(),
})

const pinnedKind = z.enum(['tool', 'prompt'])
export const toolChange = z.object({
  kind: pinnedKind,
  name: z.string(),
  change: z.enum(['added', 'modified', 'removed']),
  hash: z.string().describe('Of what is there now; to be sent back with the acceptance'),
  before: z.string().nullable().describe('What was accepted, as JSON with its keys in order'),
  after: z.string().nullable().describe('What is there now'),
  withheld: z.boolean(),
})
export type ToolChange = z.infer<typeof toolChange>
export const acceptedTools = z
  .array(z.object({ kind: pinnedKind.default('tool'), name: ownName, hash: z.string().describe('Of the change that was looked at') }))
  .min(1)
  .max(5000)

/** What happens to a tool or prompt that is not as it was accepted. */
export const changedTools = z
  .enum(['block', 'flag'])
  .describe('block: it is neither offered nor callable until it is accepted. flag: it is only shown as changed')
export type ChangedTools = z.infer<typeof changedTools>

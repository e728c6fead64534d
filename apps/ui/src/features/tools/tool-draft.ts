import type { LinkTool } from '@local-mcp/contract'
import { jsonPlaces, type TextPlace } from '../../lib/json-places.ts'

/** What somebody has typed about a tool. */
export interface ToolDraft {
  /** Empty: the naming of the profile decides. */
  readonly name: string
  readonly description: string
  /** JSON text. */
  readonly schema: string
}

const pretty = (schema: unknown) => JSON.stringify(schema, null, 2) ?? ''

/** What the server says. */
export const originalOf = ({ description, inputSchema }: LinkTool): ToolDraft => ({
  name: '',
  description: description ?? '',
  schema: pretty(inputSchema),
})

/** What clients see now. */
export function draftOf(tool: LinkTool): ToolDraft {
  const original = originalOf(tool)
  const { custom } = tool
  return {
    name: custom?.name ?? '',
    description: custom?.description ?? original.description,
    schema: custom?.inputSchema ? pretty(custom.inputSchema) : original.schema,
  }
}

export interface ToolCustomInput {
  readonly name: string | null
  readonly description: string | null
  readonly inputSchema: Record<string, unknown> | null
}

/** What is to be sent for a draft, or where its schema stops being JSON. What is as the server says it is null. */
export function customInput(tool: LinkTool, draft: ToolDraft): { readonly input: ToolCustomInput } | { readonly error: TextPlace } {
  const original = originalOf(tool)
  const name = draft.name.trim() === '' ? null : draft.name.trim()
  const description = draft.description === original.description ? null : draft.description
  if (draft.schema === original.schema) return { input: { name, description, inputSchema: null } }
  const { error } = jsonPlaces(draft.schema)
  if (error) return { error }
  return { input: { name, description, inputSchema: JSON.parse(draft.schema) } }
}

export const sameDraft = (a: ToolDraft, b: ToolDraft) => a.name === b.name && a.description === b.description && a.schema === b.schema

/** Bytes of JSON per token of a model, about. Tokenizers differ, so this is an estimate and is called one wherever it is shown. */
const BYTES_PER_TOKEN = 4

/** What a text costs a model, about. @param bytes of its UTF-8 */
export const tokensOf = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN)

/** The context that a share is told of, in tokens: what the common models have. */
export const TYPICAL_CONTEXT = 200_000

/** How many tools a client takes from all its servers together; docs/profiles.md says where the figures are from. */
export const TOOL_LIMITS = { cursor: 80, windsurf: 100, vscode: 128 } as const
export type LimitedClient = keyof typeof TOOL_LIMITS

/** The clients that do not take so many tools. */
export const clientsOver = (tools: number): LimitedClient[] =>
  (Object.keys(TOOL_LIMITS) as LimitedClient[]).filter((client) => tools > TOOL_LIMITS[client])

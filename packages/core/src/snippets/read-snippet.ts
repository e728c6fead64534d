import type { Snippet } from '@local-mcp/contract'
import { readCommands } from './read-command.ts'
import { readEntries, readInputs } from './read-entries.ts'
import { readLink } from './read-link.ts'
import { readStructured } from './read-structured.ts'
import { toDraft } from './to-draft.ts'
import { unreadable } from './unreadable.ts'

/** Blocks of a page that are looked at. */
const MOST_BLOCKS = 20

/**
 * Reads whatever names an MCP server: the configuration of a client, a command line, an address, the link of an "Add
 * to …" button, with or without the Markdown around it. Nothing of it is run, followed or stored.
 *
 * @param text at most `MAX_SNIPPET` characters
 * @throws AppError SNIPPET_UNREADABLE saying what was understood and where it ended; never anything else
 */
export function readSnippet(text: string): Snippet {
  const clean = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u00a0\u200b]/g, ' ')
  const blocks = fencedBlocks(clean)
  if (blocks.length === 0) return readBlock(clean)
  const read: Snippet[] = []
  let first: unknown
  for (const block of blocks) {
    try {
      read.push(readBlock(block))
    } catch (error) {
      first ??= error
    }
  }
  const [snippet] = read
  if (!snippet) throw first
  const drafts = read.flatMap((one) => one.drafts)
  // A page shows the same server once for each client.
  const seen = new Set<string>()
  const different = drafts.filter(({ config }) => {
    const key = JSON.stringify(config)
    return !seen.has(key) && seen.add(key)
  })
  return { form: snippet.form, drafts: different.slice(0, 100), skipped: read.flatMap((one) => one.skipped).slice(0, 100) }
}

function readBlock(text: string): Snippet {
  const trimmed = text.trim()
  if (trimmed === '') throw unreadable('There is nothing to read')
  const link = readLink(trimmed)
  if (link) {
    const inputs = readInputs({ inputs: link.inputs })
    return { form: link.form, drafts: link.servers.map((server) => toDraft(server, inputs)), skipped: [] }
  }
  const structure = readStructured(text)
  const { servers, inputs, skipped } = structure ? readEntries(structure) : readCommands(text)
  return { form: structure?.form ?? 'command', drafts: servers.map((server) => toDraft(server, inputs)), skipped }
}

/** What stands between ``` and ```, each at the line that it has in the whole. */
function fencedBlocks(text: string): string[] {
  const blocks: string[] = []
  let fence = ''
  let start = 0
  let block: string[] = []
  const close = () => {
    if (block.some((line) => line.trim() !== '')) blocks.push('\n'.repeat(start) + block.join('\n'))
    fence = ''
    block = []
  }
  text.split('\n').forEach((line, at) => {
    const [, mark] = /^[ \t>]*(`{3,}|~{3,})/.exec(line) ?? []
    if (fence === '' && mark !== undefined) {
      fence = mark
      start = at + 1
    } else if (fence !== '' && mark?.startsWith(fence)) close()
    else if (fence !== '') block.push(line)
  })
  if (fence !== '') close()
  return blocks.slice(0, MOST_BLOCKS)
}

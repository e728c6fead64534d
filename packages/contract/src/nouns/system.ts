import { z } from 'zod'

export const systemInfo = z.object({
  version: z.string(),
  mcpUrl: z.url().describe('Base of the MCP endpoints: <mcpUrl>/<slug> is a profile'),
  dataDir: z.string(),
  databasePath: z.string(),
  /** What makes the folder of the database unsafe, e.g. `Dropbox`; null where nothing is known against it. */
  riskyLocation: z.string().nullable(),
  host: z.enum(['desktop', 'headless']),
  /** What this host can do beside serving: the UI hides the rest. */
  abilities: z.array(z.string()),
  /** Absolute path of the command line program, for snippets of clients that start commands. */
  cliCommand: z.array(z.string()),
})
export type SystemInfo = z.infer<typeof systemInfo>

const bytes = z.number().nonnegative()

/** What sharing saves: every client that runs its servers itself would have a process tree of its own for each. */
export const systemUsage = z.object({
  sessions: z.int().describe('Conversations of clients that are open; clients of the stateless revision have none'),
  servers: z.array(
    z.object({
      serverId: z.uuid(),
      sessions: z.int().describe('Those that have this server'),
      processes: z.int().describe('In the process group of the server'),
      memoryBytes: bytes.describe('Resident memory of these without pages of files (macOS: all of it)'),
    }),
  ),
  memoryBytes: bytes,
  savedBytes: bytes.describe('Of each server its memory once more for every session that has it after the first'),
})
export type SystemUsage = z.infer<typeof systemUsage>

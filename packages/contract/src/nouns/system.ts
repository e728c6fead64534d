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

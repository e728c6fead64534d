import { z } from 'zod'
import { arrival, foundClient, knownClient } from '../nouns/client.ts'
import { snippet } from '../nouns/draft.ts'
import { operation } from './base.ts'

/** Of the owner alone, so none has an address: they read files in the owner's home. */
export const clients = {
  /** Looks for the known clients in their known places, and into the file of each. Runs nothing. */
  detect: operation('owner').output(z.array(foundClient)),
  /** The other servers that a client lists, to be brought over: what `servers.readSnippet` says of a pasted list. */
  readServers: operation('owner')
    .input(z.strictObject({ client: knownClient }))
    .output(snippet),
  /** Who came to the door lately, the latest last. Kept in memory. */
  arrivals: operation('owner').output(z.array(arrival)),
  /** Whether the window should begin with the first steps: nothing was added or connected, and nobody has left them. */
  welcome: operation('owner').output(z.object({ wanted: z.boolean() })),
  /** The first steps were left, or done. */
  leaveWelcome: operation('owner').output(z.object({ wanted: z.boolean() })),
}

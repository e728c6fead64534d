import { z } from 'zod'

const place = z.object({
  x: z.int().min(-32_768).max(32_768),
  y: z.int().min(-32_768).max(32_768),
  width: z.int().min(1).max(32_768),
  height: z.int().min(1).max(32_768),
  maximized: z.boolean(),
})
export type Place = z.infer<typeof place>

const FIELDS = {
  /** The port for clients, where the environment does not say it; null: the usual one. */
  port: z.int().min(1024).max(65_535).nullable().catch(null),
  place: place.nullable().catch(null),
  /** Whether the person was told that the gateway goes on without its window. */
  explainedClose: z.boolean().catch(false),
  /** Whether it looks for updates by itself: nothing goes out that nobody asked for. */
  updates: z.boolean().catch(false),
}
const settings = z.object(FIELDS)
/** What the desktop app itself remembers. Nothing in it starts a program or lets anybody in. */
export type Settings = z.infer<typeof settings>

/** Reads what may have been written by anybody: each field that is not as it should be is as on the first day. */
export function readSettings(text: string): Settings {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    found = {}
  }
  return settings.parse(typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {})
}

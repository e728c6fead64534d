import { z } from 'zod'

export const THEMES = ['system', 'light', 'dark'] as const
export const CONTRASTS = ['system', 'more'] as const
export const MOTIONS = ['system', 'less'] as const
export const TEXT_SIZES = ['normal', 'large'] as const

/** How the window looks and listens to the keyboard. `system`: what the computer says. */
export const appearance = z.object({
  theme: z.enum(THEMES),
  contrast: z.enum(CONTRASTS),
  motion: z.enum(MOTIONS),
  textSize: z.enum(TEXT_SIZES),
  singleKeys: z.boolean().describe('Whether keys without Ctrl or Cmd do something'),
})
export type Appearance = z.infer<typeof appearance>

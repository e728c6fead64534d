import type { Preset } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { PRESETS } from './presets.ts'

/** Every preset whose title, id or purpose holds all of the words, in any case; all without words. */
export function searchPresets(search = ''): Preset[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return PRESETS.filter(({ id, title, purpose }) => {
    const text = `${id} ${title} ${purpose}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** @throws AppError PRESET_NOT_FOUND */
export function findPreset(id: string): Preset {
  const preset = PRESETS.find((one) => one.id === id)
  if (!preset) throw new AppError('PRESET_NOT_FOUND', `There is no preset "${id.slice(0, 60)}"`)
  return preset
}

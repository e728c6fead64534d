import { slugFor } from '@local-mcp/contract'

/**
 * The slug that a profile of this name will get. Only a preview: the gateway alone knows what was taken a moment ago.
 * Empty as long as nothing is typed.
 */
export function slugPreview(name: string, taken: readonly string[] = []): string {
  return name.trim() === '' ? '' : slugFor(name, 'profile', taken)
}

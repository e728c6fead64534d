import { useSyncExternalStore } from 'react'

/** Whether a media query holds. For what is drawn so often that both ways cannot be there at once; else leave it to CSS. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

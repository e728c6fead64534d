import type { LucideIcon } from 'lucide-react'

/** How a state is shown: its icon, and the classes of its colours. */
export interface StateLook {
  readonly Icon: LucideIcon
  readonly look: string
}

/** A state as an icon with its word: never by colour alone. */
export function StatePill({ state, word, Icon, look, spins = false }: StateLook & { state: string; word: string; spins?: boolean }) {
  return (
    <span
      data-state={state}
      className={`inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full ps-1.5 pe-2.5 font-medium text-sm ${look}`}
    >
      <Icon aria-hidden className={`size-3.75 ${spins ? 'spin' : ''}`} />
      {word}
    </span>
  )
}

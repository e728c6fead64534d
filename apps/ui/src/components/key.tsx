/** A key of the keyboard. */
export function Key({ children }: { children: string }) {
  return (
    <kbd
      dir="ltr"
      className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line bg-sunken px-1 text-ink-2 text-xs"
    >
      {children}
    </kbd>
  )
}

/** Two lines that meet in one point: many servers, one endpoint. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M7 10.5h4.5c3 0 4.5 2 4.5 5.5s1.5 5.5 4.5 5.5H25M7 21.5h4.5c3 0 4.5-2 4.5-5.5s1.5-5.5 4.5-5.5H25"
        className="stroke-accent-ink"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="16" cy="16" r="3" className="fill-accent-ink" />
    </svg>
  )
}

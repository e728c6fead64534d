import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { Link } from '../app/router.tsx'

type Variant = 'primary' | 'secondary' | 'quiet' | 'danger'

const LOOK: Record<Variant, string> = {
  primary: 'border-transparent bg-accent text-accent-ink hover:bg-accent-strong',
  secondary: 'border-line bg-surface text-ink shadow-raised hover:bg-hover',
  quiet: 'border-transparent text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border-transparent bg-bad-fill text-accent-ink hover:brightness-90',
}

interface Look {
  variant?: Variant
  size?: 'small' | 'normal'
  icon?: ReactNode
}

const classes = ({ variant = 'secondary', size = 'normal' }: Look, className = '') =>
  `inline-flex max-w-full shrink-0 select-none items-center justify-center gap-1.5 rounded-md border font-medium no-underline transition-colors duration-(--quick) aria-disabled:opacity-55 ${
    size === 'small' ? 'h-7 px-2.5 text-sm' : 'h-8.5 px-3.5'
  } ${LOOK[variant]} ${className}`

type ButtonProps = Look & ComponentProps<'button'> & { busy?: boolean }
type LinkProps = Look & ComponentProps<'a'> & { href: string; busy?: undefined }

/** A button, or a link that looks like one when it has an `href`. Busy and disabled buttons keep the focus. */
export function Button(props: ButtonProps | LinkProps) {
  if ('href' in props && props.href !== undefined) {
    const { variant, size, icon, className, children, busy: _, ...rest } = props as LinkProps
    return (
      <Link className={classes({ ...(variant && { variant }), ...(size && { size }) }, className)} {...rest}>
        {icon}
        <span className="truncate">{children}</span>
      </Link>
    )
  }
  const {
    variant,
    size,
    icon,
    className,
    children,
    busy = false,
    disabled = false,
    onClick,
    type = 'button',
    ...rest
  } = props as ButtonProps
  const still = busy || disabled
  return (
    <button
      type={type}
      aria-disabled={still || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (still) event.preventDefault()
        else onClick?.(event)
      }}
      className={classes({ ...(variant && { variant }), ...(size && { size }) }, className)}
      {...rest}
    >
      {busy ? <LoaderCircle aria-hidden className="spin size-4" /> : icon}
      <span className="truncate">{children}</span>
    </button>
  )
}

import { LogIn } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { usePending } from './pending-sign-ins.ts'
import { type SignInWish, useSignIn } from './use-sign-in.ts'

interface Props {
  server: { readonly id: string; readonly name: string }
  wish?: SignInWish
  size?: 'small' | 'normal'
  variant?: 'primary' | 'secondary'
  /** Text of it, where it is not "Sign in". */
  text?: string
  onBegun?: () => void
}

/** The one click of a sign-in. */
export function SignInButton({ server, wish = {}, size = 'normal', variant = 'primary', text, onBegun }: Props) {
  const { t } = useTranslation()
  const begin = useSignIn(server.id)
  const pending = usePending(server.id)
  const { name } = server
  const label = wish.account === undefined ? t('signIn.actionTo', { name }) : t('signIn.actionAs', { name, account: wish.account })
  return (
    <Button
      variant={variant}
      size={size}
      icon={<LogIn aria-hidden className="size-4" />}
      aria-label={label}
      busy={pending?.phase === 'starting'}
      onClick={() => {
        begin(wish)
        onBegun?.()
      }}
    >
      {text ?? t('signIn.action')}
    </Button>
  )
}

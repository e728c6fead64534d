import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../app/announcer.tsx'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'

interface Props {
  /** What is copied, for the button's name: "Copy endpoint". */
  label: string
  value: string
  /** With its text beside the icon. */
  wide?: boolean
  primary?: boolean
}

const SHOWN_MS = 2000

export function CopyButton({ label, value, wide = false, primary = false }: Props) {
  const { t } = useTranslation()
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')

  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setState('copied')
      announce(t('copy.done'))
    } catch {
      setState('refused')
      announce(t('copy.refused'))
    }
  }

  const icon = state === 'copied' ? <Check aria-hidden className="size-4 text-current" /> : <Copy aria-hidden className="size-4" />
  const text = state === 'copied' ? t('copy.done') : state === 'refused' ? t('copy.refused') : label
  if (!wide) return <IconButton label={text} icon={icon} onClick={() => void copy()} />
  return (
    <Button icon={icon} variant={primary ? 'primary' : 'secondary'} onClick={() => void copy()}>
      {text}
    </Button>
  )
}

import { Code, type LucideIcon, MessageSquareText, MousePointer2, SquareTerminal } from 'lucide-react'
import type { ClientId } from './snippets.ts'

export const CLIENT_ICONS: Record<ClientId, LucideIcon> = {
  'claude-code': SquareTerminal,
  'claude-desktop': MessageSquareText,
  cursor: MousePointer2,
  vscode: Code,
}

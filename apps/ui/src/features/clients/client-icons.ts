import type { ClientId } from '@local-mcp/contract'
import { Code, type LucideIcon, MessageSquareText, MousePointer2, SquareTerminal } from 'lucide-react'

export const CLIENT_ICONS: Record<ClientId, LucideIcon> = {
  'claude-code': SquareTerminal,
  'claude-desktop': MessageSquareText,
  cursor: MousePointer2,
  vscode: Code,
}

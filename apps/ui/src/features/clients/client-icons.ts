import type { ClientId } from '@local-mcp/contract'
import { Braces, Code, type LucideIcon, MessageSquareText, MousePointer2, Plug, Sparkles, SquareTerminal, Wind, Zap } from 'lucide-react'

export const CLIENT_ICONS: Record<ClientId, LucideIcon> = {
  'claude-code': SquareTerminal,
  'claude-desktop': MessageSquareText,
  cursor: MousePointer2,
  vscode: Code,
  codex: Braces,
  windsurf: Wind,
  zed: Zap,
  'gemini-cli': Sparkles,
  other: Plug,
}

import {
  Activity,
  Archive,
  Boxes,
  Database,
  HeartPulse,
  KeyRound,
  Layers,
  LayoutDashboard,
  LogIn,
  type LucideIcon,
  PlugZap,
  Settings as SettingsIcon,
} from 'lucide-react'

/** The pages that are always one click away. `go`: the key that opens it after `g`. */
export const NAV = [
  { href: '/', key: 'overview', Icon: LayoutDashboard, go: 'o' },
  { href: '/activity', key: 'activity', Icon: Activity, go: 'a' },
  { href: '/servers', key: 'servers', Icon: Boxes, go: 's' },
  { href: '/profiles', key: 'profiles', Icon: Layers, go: 'p' },
  { href: '/clients', key: 'clients', Icon: PlugZap, go: 'c' },
  { href: '/sign-ins', key: 'signIns', Icon: LogIn, go: 'i' },
  { href: '/secrets', key: 'secrets', Icon: KeyRound, go: 'k' },
  { href: '/sources', key: 'sources', Icon: Database, go: 'd' },
  { href: '/backups', key: 'backups', Icon: Archive, go: 'b' },
  { href: '/health', key: 'health', Icon: HeartPulse, go: 'h' },
  { href: '/settings', key: 'settings', Icon: SettingsIcon, go: 't' },
] as const satisfies readonly { href: string; key: string; Icon: LucideIcon; go: string }[]

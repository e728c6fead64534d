/** Pages of the window that menus and links may open. */
export const PAGES = {
  overview: '/',
  activity: '/activity',
  servers: '/servers',
  profiles: '/profiles',
  clients: '/clients',
  signIns: '/sign-ins',
  secrets: '/secrets',
  sources: '/sources',
  backups: '/backups',
  health: '/health',
  settings: '/settings',
} as const
export type PageName = keyof typeof PAGES

/** Pages of the window that menus and links may open. */
export const PAGES = {
  overview: '/',
  servers: '/servers',
  profiles: '/profiles',
  clients: '/clients',
  secrets: '/secrets',
  sources: '/sources',
  backups: '/backups',
  health: '/health',
} as const
export type PageName = keyof typeof PAGES

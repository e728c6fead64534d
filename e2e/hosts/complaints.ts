import type { Page } from '@playwright/test'

/** Refused sockets are part of losing the gateway; a policy that was broken, or an error of ours, is not. */
const EXPECTED = /WebSocket|ERR_CONNECTION|401/

/** What a page complains of from now on, and must not. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

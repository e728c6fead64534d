import { expect, test } from 'vitest'
import { decideNavigation } from './navigation.ts'
import { isNoticeAction, NOTICE_HEADERS, type Notice, noticePage } from './notice.ts'

const NOTICES: Notice[] = [
  { kind: 'stopped' },
  { kind: 'gone' },
  { kind: 'crashed', message: 'it broke' },
  { kind: 'quitting', calls: 2 },
  { kind: 'failed', code: 'PORT_IN_USE', message: 'Port 4444 is taken by node (pid 7)', next: '', port: { port: 4444, isFree: true } },
  { kind: 'failed', code: 'INTERNAL', message: 'unknown', next: 'Try again.', port: { port: 4444, isFree: true } },
]

test.each(NOTICES)('$kind leads somewhere, by actions that exist, without a script', (notice) => {
  const page = noticePage(notice)
  const targets = [...page.matchAll(/<(?:a|form) [^>]*(?:href|action)="([^"]+)"/g)].map((match) => match[1] as string)
  expect(targets.length).toBeGreaterThan(0)
  for (const target of targets) {
    const decided = decideNavigation(`app://lmg${target}`, true)
    expect(decided.to === 'action' && isNoticeAction(decided.action), target).toBe(true)
  }
  expect(page).not.toMatch(/<script|\son\w+=|style=/)
  expect(NOTICE_HEADERS['content-security-policy']).toContain("default-src 'none'")
})

test('what others said stays text', () => {
  const page = noticePage({ kind: 'crashed', message: `<img src=x onerror="alert(1)">'&` })
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;')
})

test('a port that is taken says who has it and offers another', () => {
  const page = noticePage(NOTICES[4] as Notice)
  expect(page).toContain('taken by node (pid 7)')
  expect(page).toContain('value="4445"')
  const fixed = noticePage({ ...(NOTICES[4] as Notice & { kind: 'failed' }), port: { port: 4444, isFree: false } })
  expect(fixed).toContain('PORT')
  expect(fixed).not.toContain('<form')
})

import { Search } from 'lucide-react'
import { Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../components/button.tsx'
import { Key } from '../components/key.tsx'
import { Logo } from '../components/logo.tsx'
import { MissingPage } from '../components/missing-page.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { useOpensWelcome } from '../features/welcome/use-opens-welcome.ts'
import { useApplyAppearance } from './appearance.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { NAV } from './nav.ts'
import { OverlayHost } from './overlay-host.tsx'
import { openOverlay } from './overlays.ts'
import { findPage } from './pages.tsx'
import { Link, usePath } from './router.tsx'
import { COMMAND_KEY, useShortcuts } from './use-shortcuts.ts'

/** Navigation, the banner about the connection, and the page. */
export function Shell() {
  const { t } = useTranslation()
  const path = usePath()
  useApplyAppearance()
  useShortcuts()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  const undecided = useOpensWelcome(path)
  // The first steps have the window to themselves.
  const isBare = path === '/welcome'

  // A new page is where reading starts: without this the focus stays on a link that may be gone. What has it within the
  // new page is a field that asked for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what this waits for
  useEffect(() => {
    if (first.current) first.current = false
    else if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true })
  }, [path])

  return (
    <div className={isBare ? 'min-h-dvh' : 'min-h-dvh md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]'}>
      <a
        href="#main"
        className="sr-only rounded-md bg-accent text-accent-ink focus:not-sr-only focus:fixed! focus:top-2 focus:left-2 focus:z-50 focus:px-3! focus:py-2!"
      >
        {t('nav.skip')}
      </a>
      {!isBare && <Sidebar path={path} />}
      <div className="flex min-w-0 flex-col">
        <ConnectionBanner />
        <main ref={main} id="main" tabIndex={-1} className="mx-auto w-full max-w-5xl flex-1 px-4 pt-6 pb-16 sm:px-6 md:px-8 md:pt-9">
          <ErrorBoundary key={path}>
            <Suspense fallback={<PageSkeleton />}>{undecided ? <PageSkeleton /> : <CurrentPage path={path} />}</Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <OverlayHost />
      <LeaveDialog />
    </div>
  )
}

function Sidebar({ path }: { path: string }) {
  const { t } = useTranslation()
  const nav = useRef<HTMLElement>(null)

  // In a narrow window the entries are a row that scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what this waits for
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])

  return (
    <header className="sticky top-0 z-20 border-line border-b bg-sunken md:static md:border-e md:border-b-0">
      <div className="md:sticky md:top-0 md:px-3 md:py-4">
        <div className="flex items-center gap-2 px-4 pt-2.5 font-semibold md:px-2 md:pt-1 md:pb-5">
          <Logo className="size-5 shrink-0 md:size-6" />
          <span className="min-w-0 flex-1 truncate">{t('app.name')}</span>
          <SearchButton className="md:hidden" />
        </div>
        <SearchButton className="max-md:hidden" wide />
        <nav ref={nav} aria-label={t('nav.label')}>
          <ul className="flex gap-0.5 overflow-x-auto px-2 py-1.5 scroll-px-8 [scrollbar-width:none] md:flex-col md:p-0">
            {NAV.map(({ href, key, Icon }) => {
              const current = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
              return (
                <li key={key} className="shrink-0">
                  <Link
                    href={href}
                    aria-current={current ? 'page' : undefined}
                    className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-ink-2 no-underline transition-colors duration-(--quick) hover:bg-hover hover:text-ink aria-[current]:bg-accent-soft aria-[current]:font-medium aria-[current]:text-accent-text"
                  >
                    <Icon aria-hidden className="hidden size-4 sm:block" />
                    {t(`nav.${key}`)}
                  </Link>
                </li>
              )
            })}
          </ul>
        </nav>
      </div>
    </header>
  )
}

function SearchButton({ className, wide = false }: { className: string; wide?: boolean }) {
  const { t } = useTranslation()
  return (
    <div className={`relative shrink-0 ${wide ? 'mb-3' : ''} ${className}`}>
      <button
        type="button"
        aria-label={t('palette.open')}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => openOverlay('palette')}
        className={`flex h-8 items-center gap-2.5 rounded-md px-2.5 text-ink-3 transition-colors duration-(--quick) hover:bg-hover hover:text-ink ${
          wide ? 'w-full border border-line bg-surface' : ''
        }`}
      >
        <Search aria-hidden className="size-4 shrink-0" />
        {wide && <span className="min-w-0 flex-1 truncate pe-14 text-start">{t('palette.title')}</span>}
      </button>
      {/* Beside the button, so that what it is called begins with all that it says. */}
      {wide && (
        <span aria-hidden className="pointer-events-none absolute end-2.5 top-1.5 flex gap-0.5">
          <Key>{COMMAND_KEY}</Key>
          <Key>K</Key>
        </span>
      )}
    </div>
  )
}

function CurrentPage({ path }: { path: string }) {
  const { t } = useTranslation()
  // Once: the page must not be made anew when its file has come meanwhile.
  const [found] = useState(() => findPage(path))
  if (found === null) {
    return (
      <MissingPage
        title={t('notFound.title')}
        action={
          <Button variant="primary" href="/">
            {t('notFound.action')}
          </Button>
        }
      >
        {t('notFound.text')}
      </MissingPage>
    )
  }
  return <found.Component {...found.params} />
}

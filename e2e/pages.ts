import type { Locator, Page } from '@playwright/test'
import type { Carrier } from './hosts/carrier.ts'

type Ids = Readonly<Record<string, string>>

/** A page of the window in one state. */
export interface Shown {
  /** Name of its pictures. */
  readonly id: string
  readonly path: (ids: Ids) => string
  /** What its operations do before it is opened. */
  readonly before?: (carrier: Carrier) => void
  /** What is there once it is. */
  readonly ready: (page: Page) => Locator
  /** How its state is reached from there. */
  readonly steps?: (page: Page) => Promise<void>
}

interface Row {
  readonly id: string
  readonly path: string | ((ids: Ids) => string)
  readonly heading: string
  /** What it shows: on its way, refused, and, for a list, without anything in it. */
  readonly reads?: string
  readonly empty?: true | Readonly<Record<string, (output: never) => unknown>>
  /** Further states, each reached by steps. */
  readonly states?: Readonly<Record<string, (page: Page) => Promise<void>>>
}

const NONE = () => []
const click = (page: Page, role: 'button' | 'tab' | 'switch' | 'menuitem', name: string | RegExp) =>
  page
    .getByRole('main')
    .getByRole(role, { name, ...(typeof name === 'string' && { exact: true }) })
    .first()
    .click()
const dialog = (page: Page) => page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor()
/** Opens a dialog with a button of the page. */
const opening = (name: string | RegExp) => async (page: Page) => {
  await click(page, 'button', name)
  await dialog(page)
}
const searching = async (page: Page) => {
  await page.keyboard.press('Control+K')
  await page.getByRole('dialog').getByRole('combobox').fill('git')
  await page.getByRole('option').first().waitFor()
}
const tab = (name: string | RegExp) => (page: Page) => click(page, 'tab', name)
const NO_CALLS = { rows: [], next: null }
const NO_SUMS = (sums: { series: object[] }) => ({
  ...sums,
  ...{ calls: 0, errors: 0, averageMs: 0, p95Ms: 0, tools: [], servers: [], profiles: [] },
  series: sums.series.map((one) => ({ ...one, calls: 0, errors: 0, p95Ms: 0 })),
})
const onlyBuiltin = (servers: readonly { type: string }[]) => servers.filter(({ type }) => type === 'builtin')

/** Every page of the window. A new one is one row. */
const ROWS: readonly Row[] = [
  {
    id: 'overview',
    path: '/',
    heading: 'Overview',
    reads: 'servers.list',
    states: { search: searching },
    empty: {
      'servers.list': onlyBuiltin,
      'tokens.list': NONE,
      'activity.recent': NONE,
      'logs.list': () => NO_CALLS,
      'logs.summary': NO_SUMS,
    },
  },
  {
    id: 'activity',
    path: '/activity',
    heading: 'Activity',
    reads: 'logs.list',
    empty: { 'logs.list': () => NO_CALLS, 'logs.summary': NO_SUMS },
    states: { settings: opening(/^What is recorded/) },
  },
  {
    id: 'call',
    path: (ids) => `/activity/${ids.failed}`,
    heading: 'merge_pull_request',
    reads: 'logs.get',
    states: { again: opening('Run again…') },
  },
  { id: 'servers', path: '/servers', heading: 'Servers', reads: 'servers.list', empty: { 'servers.list': NONE, 'servers.deleted': NONE } },
  {
    id: 'add-server',
    path: '/servers/new',
    heading: 'Add server',
    reads: 'presets.list',
    states: {
      'by-hand': (page) => click(page, 'button', 'Fill in by hand'),
      read: async (page) => {
        await page.getByRole('textbox', { name: /^Paste a command/ }).fill('npx -y @modelcontextprotocol/server-everything stdio')
        await click(page, 'button', 'Continue')
        await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
      },
    },
  },
  {
    id: 'server',
    path: (ids) => `/servers/${ids.GitHub}`,
    heading: 'GitHub',
    reads: 'servers.tools',
    states: { changes: tab(/change/i), calls: tab('Calls'), output: tab('Output'), settings: tab('Settings') },
  },
  { id: 'server-problem', path: (ids) => `/servers/${ids.Postgres}`, heading: 'Postgres' },
  { id: 'server-approval', path: (ids) => `/servers/${ids.Slack}`, heading: 'Slack' },
  { id: 'server-wants-sign-in', path: (ids) => `/servers/${ids.Linear}`, heading: 'Linear', states: { tab: tab('Sign-in') } },
  { id: 'server-signed-in', path: (ids) => `/servers/${ids.Notion}?tab=sign-in`, heading: 'Notion' },
  { id: 'server-off', path: (ids) => `/servers/${ids.Browser}`, heading: 'Browser' },
  { id: 'server-gone', path: '/servers/00000000-0000-4000-8000-000000000000', heading: '' },
  { id: 'edit-server', path: (ids) => `/servers/${ids.Slack}/edit`, heading: 'Change Slack' },
  { id: 'addresses', path: '/servers/endpoints', heading: 'Addresses of servers', reads: 'pool.get' },
  {
    id: 'profiles',
    path: '/profiles',
    heading: 'Profiles',
    reads: 'profiles.list',
    empty: true,
    states: { create: opening('Create profile') },
  },
  {
    id: 'profile',
    path: (ids) => `/profiles/${ids.Work}`,
    heading: 'Work',
    reads: 'profiles.links',
    empty: true,
    states: { delete: opening('Delete profile') },
  },
  {
    id: 'profile-tools',
    path: (ids) => `/profiles/${ids.Work}/servers/${ids.GitHub}`,
    heading: 'Tools of GitHub',
    reads: 'profiles.tools',
    states: { customise: opening('Customise search_issues') },
  },
  {
    id: 'clients',
    path: '/clients',
    heading: 'Clients',
    reads: 'tokens.list',
    empty: true,
    states: { 'create-token': opening('Create token') },
  },
  { id: 'connect', path: '/clients/connect', heading: 'Connect a client', reads: 'profiles.list' },
  { id: 'token', path: (ids) => `/clients/tokens/${ids['Night shift']}`, heading: 'Night shift', reads: 'tokens.usage' },
  {
    id: 'sign-ins',
    path: '/sign-ins',
    heading: 'Sign-ins',
    reads: 'oauth.list',
    empty: { 'oauth.list': NONE, 'servers.list': onlyBuiltin },
  },
  {
    id: 'secrets',
    path: '/secrets',
    heading: 'Secrets',
    reads: 'secrets.list',
    empty: true,
    states: { add: opening('Add secret'), delete: opening('Delete GITHUB_TOKEN') },
  },
  { id: 'sources', path: '/sources', heading: 'Sources', reads: 'sources.list', empty: true, states: { add: opening('Add source') } },
  {
    id: 'backups',
    path: '/backups',
    heading: 'Backups',
    reads: 'backups.list',
    empty: true,
    states: { restore: opening(/^Restore the backup/), reset: opening('Reset everything…') },
  },
  { id: 'health', path: '/health', heading: 'Health', reads: 'health.doctor' },
  {
    id: 'settings',
    path: '/settings',
    heading: 'Settings',
    states: { gateway: tab('Gateway'), about: tab('About'), shortcuts: opening('Show all shortcuts') },
  },
  {
    id: 'welcome',
    path: '/welcome?step=tools',
    heading: 'Which tools should your clients have?',
    reads: 'servers.list',
    empty: { 'servers.list': onlyBuiltin, 'clients.detect': NONE },
  },
  { id: 'welcome-client', path: '/welcome?step=client', heading: 'Which program should use them?' },
  { id: 'not-found', path: '/nowhere', heading: '' },
]

const main = (page: Page) => page.getByRole('main')

function statesOf({ id, path: where, heading, reads, empty, states = {} }: Row): Shown[] {
  const path = typeof where === 'string' ? () => where : where
  const title = (page: Page) => (heading ? page.getByRole('heading', { level: 1, name: heading }) : main(page).getByRole('heading').first())
  const base = { path, ready: title }
  const empties = empty === true ? { [reads ?? '']: NONE } : empty
  return [
    { ...base, id },
    ...Object.entries(states).map(([name, steps]) => ({ ...base, id: `${id}-${name}`, steps })),
    ...(reads
      ? [
          {
            ...base,
            id: `${id}-loading`,
            before: (carrier: Carrier) => carrier.hold(reads),
            ready: (page: Page) => main(page).getByRole('status', { name: 'Loading' }).first(),
          },
          {
            ...base,
            id: `${id}-error`,
            before: (carrier: Carrier) => carrier.refuse(reads),
            ready: (page: Page) => main(page).getByText('Something went wrong inside the gateway').first(),
          },
        ]
      : []),
    ...(empties
      ? [
          {
            ...base,
            id: `${id}-empty`,
            before: (carrier: Carrier) => {
              for (const [operation, change] of Object.entries(empties)) carrier.change(operation, change)
            },
          },
        ]
      : []),
  ]
}

/** `LMG_PAGES=activity` looks at those alone whose name begins so. */
const only = process.env.LMG_PAGES ?? ''
/** Every page in every state. */
export const SHOWN: readonly Shown[] = ROWS.flatMap(statesOf).filter(({ id }) => id.startsWith(only))

/** Opens it, and waits until nothing is on its way any more. */
export async function show(page: Page, carrier: Carrier, ids: Ids, shown: Shown): Promise<void> {
  carrier.letGo()
  shown.before?.(carrier)
  await page.goto(new URL(shown.path(ids), page.url()).href)
  await shown.ready(page).waitFor()
  await carrier.quiet()
  await shown.steps?.(page)
  await carrier.quiet()
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GatewayProcess, gatewayOf, NO_KEYCHAIN, runCliJson, waitFor } from '@local-mcp/testing'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { findElectron } from '../../tools/electron.mjs'
import { leaveFirstSteps } from './first-steps.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A packed app, which brings its own executable; absent: the one that is built. */
const packed = process.env.LMG_PACKED

/** What Electron is told to run; a packed app knows. */
export const appArgs: readonly string[] = packed ? [] : [join(root, 'apps/desktop')]
const standIn = join(root, 'e2e/hosts/stand-in/electron')

export type DesktopHost = 'stand-in' | 'electron'

export function executableOf(host: DesktopHost): string {
  if (packed) return packed
  if (host === 'stand-in') return standIn
  const real = findElectron()
  if (real === null) throw new Error('Electron is not there: run `npx install-electron`, or set ELECTRON_OVERRIDE_DIST_PATH')
  return real
}

export interface DesktopOptions {
  readonly host: DesktopHost
  readonly dataDir: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A port that is taken, for once; absent: any free one. */
  readonly port?: number
}

/** What the app is started with, so that it touches nothing of whoever runs the tests. */
export const desktopEnv = ({ dataDir, env = {}, port = 0 }: Omit<DesktopOptions, 'host'>): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  ...NO_KEYCHAIN,
  PORT: String(port),
  DATABASE_PATH: `${dataDir}/db.sqlite`,
  XDG_CONFIG_HOME: `${dataDir}/config`,
  APPDATA: `${dataDir}/config`,
  LMG_STAND_IN_NODE: process.execPath,
  ...env,
})

export interface DesktopApp {
  readonly electron: ElectronApplication
  stderr(): string
  /** The window that it opened; the first steps are skipped unless they are wanted. */
  window(withFirstSteps?: boolean): Promise<Page>
  /** For journeys that are the same on every host. */
  gateway(): Promise<GatewayProcess>
  close(): Promise<void>
}

export async function startDesktop(options: DesktopOptions): Promise<DesktopApp> {
  const { host, dataDir, args = [] } = options
  const electron = await _electron.launch({ executablePath: executableOf(host), args: [...appArgs, ...args], env: desktopEnv(options) })
  const child = electron.process()
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    electron,
    stderr: () => stderr,
    async window(withFirstSteps = false) {
      const page = await electron.firstWindow()
      if (!withFirstSteps) await leaveFirstSteps(page)
      return page
    },
    async gateway() {
      const command = { databasePath: `${dataDir}/db.sqlite` }
      let endpoint = ''
      await waitFor('the gateway of the app', async () => {
        if (!existsSync(`${dataDir}/control.json`)) return false
        try {
          endpoint = (await runCliJson<{ endpoint: string }[]>(command, 'profile', 'ls'))[0]?.endpoint ?? ''
          return endpoint !== ''
        } catch (error) {
          // In recovery there are no profiles; what the journeys do there needs no address.
          return String(error).includes('in recovery')
        }
      })
      const mcpUrl = endpoint ? `${new URL(endpoint).origin}/mcp` : 'http://127.0.0.1:1/mcp'
      return gatewayOf(command, { event: endpoint ? 'ready' : 'recovery', mcpUrl, uiUrl: '', child, stderr: () => stderr, exited })
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) await electron.close()
      await exited
    },
  }
}

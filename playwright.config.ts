import { defineConfig } from '@playwright/test'
import { findChromium } from './tools/chromium.mjs'

const executablePath = findChromium()
const host = process.env.LMG_HOST
/** Of the desktop app alone, whatever it runs in. */
const DESKTOP = ['**/host-contract.spec.ts', '**/desktop-*.spec.ts']
/** Of the packed app: see `npm run pack:check`. */
const PACKED = process.env.LMG_PACKED ? ['**/packed.spec.ts'] : []
/** In the desktop app too: enough to see that the other carrier and the other way to restart carry everything. */
const BOTH = ['**/first-call.spec.ts', '**/paste.spec.ts', '**/recovery.spec.ts', '**/backups.spec.ts']

export default defineConfig({
  testDir: 'e2e/specs',
  // `--host=electron` runs everything; in the stand-in, which shares its page with the browser, the rest would show nothing new.
  ...(host && host !== 'electron' ? { testMatch: [...DESKTOP, ...BOTH, ...PACKED] } : {}),
  ...(host ? { grepInvert: /@headless/ } : {}),
  testIgnore: [...(host ? [] : DESKTOP), ...(process.env.LMG_PACKED ? [] : ['**/packed.spec.ts'])],
  outputDir: '.cache/e2e',
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // See docs/window-proof.md for what this lets through and what not.
    toHaveScreenshot: { pathTemplate: 'e2e/visual/{arg}{ext}', threshold: 0.02, maxDiffPixels: 40, scale: 'css' },
  },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        // Pictures of text are the same whatever the system thinks of its screen.
        '--font-render-hinting=none',
        '--disable-lcd-text',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})

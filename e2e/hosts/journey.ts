import { test as inDesktop } from './desktop-journey.ts'
import { test as inBrowser } from './headless.ts'

/** A journey that is the same on every host: `--host` chooses. */
export const test = process.env.LMG_HOST ? (inDesktop as typeof inBrowser) : inBrowser
export { expect } from '@playwright/test'

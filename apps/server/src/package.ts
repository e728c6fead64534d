import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import root from '../../../package.json' with { type: 'json' }

/** The build puts this file into `dist`, beside what it serves. */
const here = dirname(fileURLToPath(import.meta.url))

export const version: string = root.version
export const uiDir = join(here, '../../ui/dist')
/** The command that starts this program again, also from another folder and without a PATH. */
export const cliCommand: readonly string[] = [process.execPath, join(here, '../bin/local-mcp-gateway.mjs')]

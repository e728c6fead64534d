import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ProgramIdentity } from '@local-mcp/core'
import { isLauncher } from '../diagnose/launchers.ts'
import { UpstreamError } from '../problems.ts'

/** What a program is recognised by at its next start. @param file its absolute path */
export async function identifyProgram(file: string): Promise<ProgramIdentity> {
  return { path: file, sha256: isLauncher(file) ? null : await sha256Of(file).catch(() => null) }
}

/**
 * Compares the program that is about to be started with the one that a person agreed to: its place, and its content
 * unless it is a launcher. Those are updated all the time and say little about what they then run; version managers
 * even keep each of their versions in a folder of its own, so such a folder may be another one.
 *
 * @throws UpstreamError PROGRAM_CHANGED
 */
export async function assertAgreed(agreed: ProgramIdentity | null, file: string): Promise<void> {
  if (!agreed) return
  if (placeOf(agreed.path) !== placeOf(file))
    throw new UpstreamError('PROGRAM_CHANGED', [`agreed to: ${agreed.path}`, `would start: ${file}`], 'it lies elsewhere')
  if (agreed.sha256 === null) return
  const sha256 = await sha256Of(file).catch(() => 'it cannot be read')
  if (agreed.sha256 !== sha256)
    throw new UpstreamError(
      'PROGRAM_CHANGED',
      [`program: ${file}`, `agreed to: SHA-256 ${agreed.sha256}`, `would start: SHA-256 ${sha256}`],
      'its content is another',
    )
}

/** The path, for a launcher without the version in it: `…/node/v22.1.0/bin/npx` is `…/node/…/bin/npx`. */
const placeOf = (file: string) => (isLauncher(file) ? file.replace(/([\\/])v?\d+(?:\.\d+)+[^\\/]*(?=[\\/])/g, '$1…') : file)

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

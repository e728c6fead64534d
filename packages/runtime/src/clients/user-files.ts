import { constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import type { FileProblem } from '@local-mcp/contract'
import type { UserFiles } from '@local-mcp/core'

/** Claude Code keeps much beside its servers in the same file. In bytes. */
const MAX_BYTES = 8 * 1024 * 1024
/** A folder on the network may not answer at all. In milliseconds. */
const PATIENCE = 2000

const ABSENT = new Set(['ENOENT', 'ENOTDIR'])
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

class Refused extends Error {
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problem)
    this.problem = problem
  }
}

/**
 * Files in the home of the person, which others may have put there: only what is a file in the end is opened, without
 * waiting, and no more of it is read than any settings have.
 */
export const userFiles: UserFiles = {
  async read(path) {
    try {
      return { text: await inTime(() => readText(path)) }
    } catch (error) {
      if (error instanceof Refused) return { problem: error.problem }
      return ABSENT.has(codeOf(error)) ? 'missing' : { problem: 'no_access' }
    }
  },

  async firstOf(paths) {
    for (const path of paths) if (await inTime(() => stat(path)).then(Boolean, () => false)) return path
    return null
  },
}

async function readText(path: string): Promise<string> {
  // People keep their settings elsewhere and link to them; what the link leads to is looked at before it is opened,
  // because opening alone makes some devices act and waits for ever at a pipe.
  const target = await realpath(path)
  const before = await lstat(target)
  if (!before.isFile()) throw new Refused('not_a_file')
  const handle = await open(target, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
  try {
    const now = await handle.stat()
    if (!now.isFile()) throw new Refused('not_a_file')
    if (now.size > MAX_BYTES) throw new Refused('too_big')
    return await readUpTo(handle)
  } finally {
    await handle.close()
  }
}

/** It may grow while it is read. @throws Refused */
async function readUpTo(handle: FileHandle): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(64 * 1024))
    if (bytesRead === 0) return Buffer.concat(parts, length).toString('utf8')
    parts.push(buffer.subarray(0, bytesRead))
    length += bytesRead
    if (length > MAX_BYTES) throw new Refused('too_big')
  }
}

/** How many look-ups do not come back: each holds one of the few threads that files and names are looked up with. */
let stuck = 0
const MAX_STUCK = 2

/** @throws Refused where it takes too long; what was begun ends by itself, or never, and then little more is begun */
function inTime<Result>(begin: () => Promise<Result>): Promise<Result> {
  if (stuck >= MAX_STUCK) return Promise.reject(new Refused('no_answer'))
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      stuck++
      reject(new Refused('no_answer'))
    }, PATIENCE)
    begin()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
        if (isLate) stuck--
      })
  })
}

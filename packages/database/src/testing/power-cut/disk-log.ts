/** One thing that a process told the disk, see record-writes.c. */
export interface DiskOperation {
  readonly kind: 'write' | 'truncate' | 'sync' | 'unlink'
  readonly path: string
  /** Where the data goes; for `truncate` the new size. */
  readonly offset: number
  readonly data: Buffer
}

const KINDS: Readonly<Record<string, DiskOperation['kind']>> = { W: 'write', T: 'truncate', S: 'sync', U: 'unlink' }

export function parseDiskLog(log: Buffer): DiskOperation[] {
  const operations: DiskOperation[] = []
  for (let at = 0; at + 32 <= log.length; ) {
    const [kind, pathLength, offset, length] = [0, 8, 16, 24].map((field) => Number(log.readBigUInt64LE(at + field))) as [
      number,
      number,
      number,
      number,
    ]
    const path = log.toString('utf8', at + 32, at + 32 + pathLength)
    const data = log.subarray(at + 32 + pathLength, at + 32 + pathLength + length)
    operations.push({ kind: KINDS[String.fromCharCode(kind)] as DiskOperation['kind'], path, offset, data })
    at += 32 + pathLength + length
  }
  return operations
}

/**
 * What becomes of what was written but not synced when the power goes: nothing of it arrives, each write arrives or not,
 * or each sector of 512 bytes arrives or not.
 */
export type CutMode = 'dropped' | 'half' | 'torn'

const SECTOR = 512

class FileContent {
  bytes = Buffer.alloc(0)
  size = 0

  clone(): FileContent {
    const copy = new FileContent()
    copy.bytes = Buffer.from(this.bytes.subarray(0, this.size))
    copy.size = this.size
    return copy
  }

  resize(size: number): void {
    if (size > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(Math.max(size, this.bytes.length * 2) - this.bytes.length)])
    if (size < this.size) this.bytes.fill(0, size, this.size)
    this.size = size
  }

  apply({ kind, offset, data }: DiskOperation): void {
    if (kind === 'truncate') {
      this.resize(offset)
      return
    }
    if (offset + data.length > this.size) this.resize(offset + data.length)
    data.copy(this.bytes, offset)
  }
}

/** A disk with a cache: what was synced is safe, the rest waits. Files appear and vanish at once. */
export class SimulatedDisk {
  readonly #files = new Map<string, { readonly safe: FileContent; waiting: DiskOperation[] }>()

  do(operation: DiskOperation): void {
    if (operation.kind === 'unlink') {
      this.#files.delete(operation.path)
      return
    }
    const file = this.#files.get(operation.path) ?? { safe: new FileContent(), waiting: [] }
    this.#files.set(operation.path, file)
    if (operation.kind === 'sync') {
      for (const waiting of file.waiting) file.safe.apply(waiting)
      file.waiting = []
    } else {
      file.waiting.push(operation)
    }
  }

  /** What the disk holds when the power comes back. @param random from 0 up to 1 */
  afterCut(mode: CutMode, random: () => number): Map<string, Buffer> {
    const result = new Map<string, Buffer>()
    for (const [path, { safe, waiting }] of this.#files) {
      const content = safe.clone()
      for (const operation of mode === 'dropped' ? [] : waiting) {
        if (mode === 'half' || operation.kind !== 'write') {
          if (random() < 0.5) content.apply(operation)
          continue
        }
        for (let at = 0; at < operation.data.length; at += SECTOR) {
          if (random() < 0.5) content.apply({ ...operation, offset: operation.offset + at, data: operation.data.subarray(at, at + SECTOR) })
        }
      }
      result.set(path, content.bytes.subarray(0, content.size))
    }
    return result
  }
}

import { closeSync, openSync, readSync } from 'node:fs'

/** What the first bytes of a file say of how it is run. */
export type ProgramHead =
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string | null; readonly windowsLineEnd: boolean }
  | { readonly kind: 'binary'; readonly format: string; readonly machine: string }
  | { readonly kind: 'other' }

const HEAD = 256
const ELF: Readonly<Record<number, string>> = {
  3: 'ia32',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}
const MACH: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64', 7: 'ia32' }

/** Reads the head of a file; `other` for one that cannot be read. */
export function inspectProgram(file: string): ProgramHead {
  try {
    const fd = openSync(file, 'r')
    try {
      const head = Buffer.alloc(HEAD)
      return readHead(head.subarray(0, readSync(fd, head, 0, HEAD, 0)))
    } finally {
      closeSync(fd)
    }
  } catch {
    return { kind: 'other' }
  }
}

function readHead(head: Buffer): ProgramHead {
  if (head.toString('latin1', 0, 2) === '#!') {
    const line = head.toString('utf8', 2).split('\n')[0] ?? ''
    const [interpreter = '', ...rest] = line.trim().split(/[ \t]+/)
    return {
      kind: 'script',
      interpreter,
      argument: rest.find((word) => !word.startsWith('-')) ?? null,
      windowsLineEnd: line.endsWith('\r'),
    }
  }
  if (head.length < 20) return { kind: 'other' }
  if (head.readUInt32BE(0) === 0x7f45_4c46) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)
    return { kind: 'binary', format: 'Linux', machine: ELF[machine] ?? `machine ${machine}` }
  }
  const magic = head.readUInt32LE(0)
  if (magic === 0xfeed_facf || magic === 0xfeed_face) {
    const machine = head.readUInt32LE(4)
    return { kind: 'binary', format: 'macOS', machine: MACH[machine] ?? `machine ${machine}` }
  }
  if (head.toString('latin1', 0, 2) === 'MZ') return { kind: 'binary', format: 'Windows', machine: 'any' }
  return { kind: 'other' }
}

import { expect, test } from 'vitest'
import { locateProgram } from './locate-program.ts'
import { windowsCommand } from './windows-command.ts'

const NODE = 'C:\\Program Files\\nodejs\\node.exe'
const CMD = 'C:\\Windows\\System32\\cmd.exe'

/** A Windows that has these files, by their path, with their text. */
function windows(texts: Readonly<Record<string, string>>) {
  const byName = new Map(Object.entries(texts).map(([path, text]) => [path.toLowerCase(), text]))
  return {
    files: { kind: (path: string) => (byName.has(path.toLowerCase()) ? ('file' as const) : null), executable: () => true },
    read: (path: string) => byName.get(path.toLowerCase()) ?? null,
    node: NODE,
    cmd: CMD,
  }
}

const SHIM =
  '@ECHO off\r\nGOTO start\r\n:find_dp0\r\nSET dp0=%~dp0\r\nEXIT /b\r\n:start\r\nSETLOCAL\r\nCALL :find_dp0\r\nIF EXIST "%dp0%\\node.exe" (\r\n  SET "_prog=%dp0%\\node.exe"\r\n) ELSE (\r\n  SET "_prog=node"\r\n)\r\nendLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\mcp-server\\dist\\index.js" %*\r\n'

test('programs are found by the endings of PATHEXT, in the order of the PATH, and never in the working directory', () => {
  const { files } = windows({
    'C:\\work\\npx.cmd': '',
    'C:\\Program Files\\nodejs\\npx.cmd': '',
    'C:\\Program Files\\nodejs\\npx': '',
    'C:\\tools\\uvx.exe': '',
    'C:\\work\\run.bat': '',
  })
  const find = (command: string, pathext?: string) =>
    locateProgram(command, {
      cwd: 'C:\\work',
      path: '.;"C:\\Program Files\\nodejs";C:\\tools',
      platform: 'win32',
      files,
      ...(pathext ? { pathext } : {}),
    }).file
  expect(find('npx')?.toLowerCase()).toBe('c:\\program files\\nodejs\\npx.cmd')
  expect(find('NPX.CMD')).toBe('C:\\Program Files\\nodejs\\NPX.CMD')
  expect(find('uvx')?.toLowerCase()).toBe('c:\\tools\\uvx.exe')
  expect(find('uvx', '.CMD')).toBeNull()
  expect(find('.\\run.bat')).toBe('C:\\work\\run.bat')
  expect(find('run')).toBeNull()
})

test('batch files that only hand on to Node are left out', () => {
  const cli = 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js'
  const place = windows({ [NODE]: '', [cli]: '' })
  expect(windowsCommand('C:\\Program Files\\nodejs\\npx.cmd', ['-y', 'a&b'], place)).toEqual({
    file: NODE,
    args: [cli, '-y', 'a&b'],
    verbatim: false,
  })
  const shim = 'C:\\Users\\Me & You\\AppData\\Roaming\\npm\\mcp-server.cmd'
  const script = 'C:\\Users\\Me & You\\AppData\\Roaming\\npm\\node_modules\\mcp-server\\dist\\index.js'
  expect(windowsCommand(shim, ['%PATH%'], windows({ [shim]: SHIM, [script]: '' }))).toEqual({
    file: NODE,
    args: [script, '%PATH%'],
    verbatim: false,
  })
  expect(windowsCommand('C:\\tools\\uvx.exe', ['"'], windows({}))).toEqual({ file: 'C:\\tools\\uvx.exe', args: ['"'], verbatim: false })
})

test('an argument that cmd.exe cannot be given is refused', () => {
  for (const bad of ['a\nb', 'a\rb', 'a\0b']) expect(() => windowsCommand('C:\\x.bat', [bad], windows({}))).toThrow(/line end/)
})

/** What cmd.exe makes of a line: names between percent signs are replaced, and outside quotes some characters mean something. */
function readAsCmd(line: string, variables: Readonly<Record<string, string>>): string {
  let expanded = ''
  for (let at = 0; at < line.length; ) {
    const end = line[at] === '%' ? line.indexOf('%', at + 1) : -1
    const [name = '', range] = end < 0 ? [] : line.slice(at + 1, end).split(':~')
    const value = end < 0 ? undefined : variables[name.toLowerCase()]
    if (value === undefined) expanded += line[at++]
    else {
      // `:~,` without numbers is a substring of no length.
      expanded += range === undefined ? value : ''
      at = end + 1
    }
  }
  let quoted = false
  let plain = ''
  for (let at = 0; at < expanded.length; at++) {
    const char = expanded[at] as string
    if (char === '"') quoted = !quoted
    else if (!quoted && char === '^') {
      plain += expanded[++at] ?? ''
      continue
    } else if (!quoted && '&|<>()'.includes(char)) throw new Error(`cmd.exe would act on ${char} in ${line}`)
    plain += char
  }
  return plain
}

/** How a program on Windows splits its command line (the rules of its C runtime). */
function readAsProgram(line: string): string[] {
  const args: string[] = []
  let arg = ''
  let quoted = false
  let any = false
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string
    if (char === '\\') {
      let count = 1
      while (line[at + 1] === '\\') {
        count++
        at++
      }
      const before = line[at + 1] === '"'
      arg += '\\'.repeat(before ? count >> 1 : count)
      if (before && count % 2 === 1) {
        arg += '"'
        at++
      }
      any = true
    } else if (char === '"') {
      if (quoted && line[at + 1] === '"') {
        arg += '"'
        at++
      } else quoted = !quoted
      any = true
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (any) args.push(arg)
      arg = ''
      any = false
    } else {
      arg += char
      any = true
    }
  }
  if (any) args.push(arg)
  return args
}

test('ten thousand arguments come through cmd.exe and a batch file as they were', () => {
  const pieces = [
    ...'abc %&|<>()^!"\\;,=*?~`$\'@#[]{}+-/.:\t',
    '%PATH%',
    '%cd%',
    '%%',
    '""',
    '\\"',
    '\\\\',
    '%1',
    '%*',
    'é',
    '日本',
    '🚀',
    '\u201c',
  ]
  let seed = 42
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const variables = { path: 'C:\\evil & calc', cd: 'C:\\here' }
  for (let round = 0; round < 2000; round++) {
    const args = Array.from({ length: 5 }, () => Array.from({ length: random(9) }, () => pieces[random(pieces.length)]).join(''))
    const { file, args: given, verbatim } = windowsCommand('C:\\own\\run 100%.bat', args, windows({}))
    expect({ file, verbatim, flags: given.slice(0, 5) }).toEqual({
      file: CMD,
      verbatim: true,
      flags: ['/e:ON', '/v:OFF', '/d', '/s', '/c'],
    })
    const line = (given[5] as string).slice(1, -1)
    const once = readAsCmd(line, variables)
    const rest = once.slice(once.indexOf('.bat"') + 6)
    // The batch file hands its arguments on with %*, whose text is read for quotes and signs again, but not for names.
    const twice = readAsCmd(`"node" "script.js" ${rest}`, {})
    expect(readAsProgram(twice).slice(2)).toEqual(args)
  }
})

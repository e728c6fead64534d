import { KNOWN_CLIENT_IDS } from '@local-mcp/contract'
import { describe, expect, test } from 'vitest'
import { placesOf, userPlacesOf } from './client-places.ts'

const mac = userPlacesOf({ PATH: '/usr/bin:bin:/opt/bin' }, 'darwin', '/Users/ann')
const linux = userPlacesOf({ PATH: '/usr/bin' }, 'linux', '/home/ann')
const windows = userPlacesOf(
  {
    APPDATA: 'C:\\Users\\ann\\AppData\\Roaming',
    LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local',
    ProgramFiles: 'C:\\Program Files',
    Path: 'C:\\Windows;C:\\tools',
  },
  'win32',
  'C:\\Users\\ann',
)

describe('the file in which each client lists its servers', () => {
  const support = '/Users/ann/Library/Application Support'
  const roaming = 'C:\\Users\\ann\\AppData\\Roaming'
  test.each([
    ['claude-code', '/Users/ann/.claude.json', '/home/ann/.claude.json', 'C:\\Users\\ann\\.claude.json'],
    [
      'claude-desktop',
      `${support}/Claude/claude_desktop_config.json`,
      '/home/ann/.config/Claude/claude_desktop_config.json',
      `${roaming}\\Claude\\claude_desktop_config.json`,
    ],
    ['cursor', '/Users/ann/.cursor/mcp.json', '/home/ann/.cursor/mcp.json', 'C:\\Users\\ann\\.cursor\\mcp.json'],
    ['vscode', `${support}/Code/User/mcp.json`, '/home/ann/.config/Code/User/mcp.json', `${roaming}\\Code\\User\\mcp.json`],
    ['codex', '/Users/ann/.codex/config.toml', '/home/ann/.codex/config.toml', 'C:\\Users\\ann\\.codex\\config.toml'],
    [
      'windsurf',
      '/Users/ann/.codeium/windsurf/mcp_config.json',
      '/home/ann/.codeium/windsurf/mcp_config.json',
      'C:\\Users\\ann\\.codeium\\windsurf\\mcp_config.json',
    ],
    ['zed', '/Users/ann/.config/zed/settings.json', '/home/ann/.config/zed/settings.json', `${roaming}\\Zed\\settings.json`],
    ['gemini-cli', '/Users/ann/.gemini/settings.json', '/home/ann/.gemini/settings.json', 'C:\\Users\\ann\\.gemini\\settings.json'],
  ] as const)('%s', (client, onMac, onLinux, onWindows) => {
    expect(placesOf(client, mac).file).toBe(onMac)
    expect(placesOf(client, linux).file).toBe(onLinux)
    expect(placesOf(client, windows).file).toBe(onWindows)
  })
})

test('variables move them, as they do for the client; one that is no whole path does not', () => {
  const moved = userPlacesOf({ XDG_CONFIG_HOME: '/cfg', CODEX_HOME: '/codex', CLAUDE_CONFIG_DIR: '/claude' }, 'linux', '/home/ann')
  expect(placesOf('zed', moved).file).toBe('/cfg/zed/settings.json')
  expect(placesOf('vscode', moved).file).toBe('/cfg/Code/User/mcp.json')
  expect(placesOf('codex', moved).file).toBe('/codex/config.toml')
  expect(placesOf('claude-code', moved).file).toBe('/claude/.claude.json')
  const relative = userPlacesOf({ XDG_CONFIG_HOME: 'cfg', CODEX_HOME: '../codex', PATH: '.:..::bin' }, 'linux', '/home/ann')
  expect(placesOf('zed', relative).file).toBe('/home/ann/.config/zed/settings.json')
  expect(placesOf('codex', relative).file).toBe('/home/ann/.codex/config.toml')
  expect(relative.path).toEqual([])
})

test('what shows that a client is installed: its application, its folder, its program', () => {
  expect(placesOf('cursor', mac).marks).toEqual(
    expect.arrayContaining(['/Applications/Cursor.app', '/Users/ann/Applications/Cursor.app', '/Users/ann/.cursor', '/opt/bin/cursor']),
  )
  expect(placesOf('vscode', windows).marks).toEqual(
    expect.arrayContaining([
      'C:\\Users\\ann\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe',
      'C:\\Program Files\\Microsoft VS Code\\Code.exe',
      'C:\\tools\\code.cmd',
    ]),
  )
  expect(placesOf('claude-code', linux).marks).toEqual(expect.arrayContaining(['/home/ann/.claude', '/home/ann/.local/bin/claude']))
})

test('a PATH without an end is looked through in part', () => {
  const endless = userPlacesOf({ PATH: Array.from({ length: 100_000 }, (_, at) => `/p${at}`).join(':') }, 'linux', '/home/ann')
  for (const client of KNOWN_CLIENT_IDS) expect(placesOf(client, endless).marks.length).toBeLessThan(200)
})

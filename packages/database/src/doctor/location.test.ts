import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../testing/temp-store.ts'
import { riskyFileSystem, riskyLocation, syncedBy } from './location.ts'

test.each([
  ['/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/x/', 'iCloud Drive'],
  ['C:\\Users\\ada\\iCloudDrive\\x\\', 'iCloud Drive'],
  ['/home/ada/Dropbox/x/', 'Dropbox'],
  ['/home/ada/Dropbox (Work)/x/', 'Dropbox'],
  ['C:\\Users\\ada\\OneDrive - Contoso\\x\\', 'OneDrive'],
  ['/Users/ada/Google Drive/My Drive/', 'Google Drive'],
  ['/Users/ada/Library/CloudStorage/Box-Box/x/', 'a cloud storage'],
  ['\\\\nas\\share\\x\\', 'a network share'],
  ['/home/ada/.local-mcp-gateway-data/', null],
  ['/home/ada/dropbox-like/', null],
])('%s is synced by %s', (path, expected) => {
  expect(syncedBy(path)).toBe(expected)
})

test('file systems without locks to count on are known, also by a negative number', () => {
  expect(riskyFileSystem(0x6969)).toContain('NFS')
  expect(riskyFileSystem(0xff534d42 | 0)).toContain('CIFS')
  expect(riskyFileSystem(0xef53)).toBeNull()
})

test('a folder of this machine is not risky', async () => {
  expect(await riskyLocation(join(tmpdir(), 'gateway.db'))).toBeNull()
})

test('a folder is judged before it is made, and by its real name', async () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'Dropbox'))
  symlinkSync(join(dir, 'Dropbox'), join(dir, 'harmless'))
  expect(await riskyLocation(join(dir, 'harmless', 'a', 'b', 'gateway.db'))).toBe('Dropbox')
  expect(await riskyLocation(join(dir, 'OneDrive', 'a', 'gateway.db'))).toBe('OneDrive')
  expect(await riskyLocation(join(dir, 'a', 'b', 'gateway.db'))).toBeNull()
  expect(existsSync(join(dir, 'harmless', 'a'))).toBe(false)
})

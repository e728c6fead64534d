import { expect, test } from 'vitest'
import { autostartEntry } from './autostart.ts'

test('each word is quoted, so that nothing in a path is a word or a field of its own', () => {
  expect(autostartEntry(['/opt/Local MCP/app'])).toContain('\nExec="/opt/Local MCP/app" "--hidden"\n')
  expect(autostartEntry(['/a"b$c`d\\e%f'])).toContain('Exec="/a\\\\"b\\\\$c\\\\`d\\\\\\\\e%%f" "--hidden"')
})

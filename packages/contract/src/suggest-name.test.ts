import { expect, test } from 'vitest'
import { nameOfCommand, nameOfUrl } from './suggest-name.ts'

test.each([
  ['npx -y @modelcontextprotocol/server-everything', 'everything'],
  ['npx -y @modelcontextprotocol/server-filesystem /home/me', 'filesystem'],
  ['npx -y some-mcp@1.2.3 --port 1', 'some'],
  ['uvx mcp-server-git', 'git'],
  ['/usr/local/bin/weather-mcp', 'weather'],
  ['node', 'node'],
  ['', ''],
])('%s is called %s', (line, name) => expect(nameOfCommand(line.split(' '))).toBe(name))

test.each([
  ['https://mcp.context7.com/mcp', 'context7'],
  ['https://example.com', 'example'],
  ['http://localhost:3000/mcp', 'localhost'],
  ['http://127.0.0.1:3000', ''],
  ['nonsense', ''],
])('%s is called %s', (url, name) => expect(nameOfUrl(url)).toBe(name))

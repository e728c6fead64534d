import { expect, test } from 'vitest'
import { reservedEnv, unpinnedPackage } from './command-risks.ts'

test('variables that decide which code runs are known', () => {
  const names = [
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'PYTHONPATH',
    'ELECTRON_RUN_AS_NODE',
    'npm_config_registry',
    'NPM_CONFIG_REGISTRY',
    'UV_INDEX_URL',
    'BASH_ENV',
  ]
  expect(reservedEnv(Object.fromEntries(names.map((name) => [name, '']))).sort()).toEqual([...names].sort())
  expect(reservedEnv({ GITHUB_TOKEN: '', PATH: '', NODE_ENV: '', ENVIRONMENT: '', PYTHONUNBUFFERED: '', UV_CACHE_DIR: '' })).toEqual([])
})

test.each([
  ['npx', ['-y', '@scope/server'], '@scope/server'],
  ['npx', ['-y', '@scope/server@latest', '/home'], '@scope/server@latest'],
  ['npx', ['-y', 'server@^1.0.0'], 'server@^1.0.0'],
  ['npx', ['-y', '@scope/server@1.2.3'], null],
  ['npx', ['--package=server@2', 'program'], null],
  ['npx', ['-p', 'server', 'program'], 'server'],
  ['/usr/bin/npx', ['--yes', 'server'], 'server'],
  ['npx.cmd', ['server'], 'server'],
  ['npx', ['./local'], null],
  ['uvx', ['mcp-server-time'], 'mcp-server-time'],
  ['uvx', ['mcp-server-time==1.2.0'], null],
  ['uvx', ['--from', 'git+https://example.com/x', 'x'], null],
  ['uvx', ['--python', '3.12', 'mcp-server-time@0.6'], null],
  ['uv', ['tool', 'run', 'mcp-server-time'], 'mcp-server-time'],
  ['pnpm', ['dlx', 'server'], 'server'],
  ['pnpm', ['start'], null],
  ['node', ['server.js'], null],
  ['docker', ['run', 'mcp/time'], null],
] as const)('%s %j', (command, args, unpinned) => {
  expect(unpinnedPackage(command, args)).toBe(unpinned)
})

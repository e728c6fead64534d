import { expect, test } from 'vitest'
import { isPrivateUrl } from './private-host.ts'

test.each([
  'http://localhost:3000/mcp',
  'http://LOCALHOST./mcp',
  'http://app.localhost',
  'http://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f.1',
  'http://0.0.0.0:80',
  'http://10.1.2.3',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://169.254.169.254',
  'http://[::1]:8080',
  'http://[::ffff:127.0.0.1]',
  'http://[fd00::1]',
  'http://[fe80::1]',
  'http://nas',
  'https://nas.local/mcp',
  'https://box.home.arpa',
  '  http://localhost ',
])('%s is private', (url) => expect(isPrivateUrl(url)).toBe(true))

test.each([
  'https://mcp.example.com',
  'https://172.32.0.1',
  'https://11.0.0.1',
  'https://100.128.0.1',
  'https://[2606:4700::1]',
  'https://[::ffff:8.8.8.8]',
  'https://notlocalhost.com',
  'https://local.example.com',
  'not a url',
  '',
])('%s is not', (url) => expect(isPrivateUrl(url)).toBe(false))

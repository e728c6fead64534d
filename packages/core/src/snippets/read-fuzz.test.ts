import { CLIENT_IDS, configSchemas, snippetFor } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSnippet } from './read-snippet.ts'

const SEEDS = [
  '{"mcpServers":{"a":{"command":"npx","args":["-y","x"],"env":{"KEY":"<KEY>"}},"b":{"url":"https://b.example.com/mcp","headers":{"A":"Bearer ${B}"}}}}',
  '{"servers":{"g":{"type":"http","url":"https://g.example.com","headers":{"Authorization":"Bearer ${input:pat}"}}},"inputs":[{"id":"pat","password":true}]}',
  '"context_servers": {"t": {"command": {"path": "node", "args": ["t.js"], "env": null}}}, // end',
  '[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "d"]\n[mcp_servers.docs.env]\nA = "1"\n',
  'extensions:\n  f:\n    cmd: uvx\n    args: [mcp-server-fetch]\n    envs: &e {A: "1"}\n    more: *e\n',
  'mcpServers:\n  - name: S\n    command: npx\n    args:\n      - "-y"\n',
  'export A=1\n$ FOO="b c" npx -y x-mcp \\\n  --port 1 | tee <log>',
  'docker run -it --rm -e KEY=v -e OTHER --env=X=1 ghcr.io/x/y:latest --flag',
  'claude mcp add --env A=1 -t http x https://x.example.com/mcp -H "A: b"',
  `claude mcp add-json x '{"command":"y","args":["z"]}'`,
  'codex mcp add gh --url https://gh.example.com/mcp --bearer-token-env-var T',
  'cursor://anysphere.cursor-deeplink/mcp/install?name=x&config=eyJjb21tYW5kIjoibnB4In0=',
  'vscode:mcp/install?%7B%22name%22%3A%22x%22%2C%22command%22%3A%22npx%22%7D',
  '# Page\n\n```json\n{"a":{"command":"x"}}\n```\n~~~\nnpx y\n~~~',
]
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  ',',
  '\n',
  '\\',
  '`',
  '```\n',
  '${',
  '<',
  '>',
  '=',
  ' ',
  '--',
  '*a',
  '&a',
  '/*',
  '//',
  '#',
  '%',
  '\u0000',
  '\ud800',
  '🚀',
  '__proto__',
  'constructor',
  '%%%',
  '- ',
  '  ',
  '{{ask:x}}',
  '9'.repeat(400),
]

/** The same seed with a few cuts, insertions, repetitions and swaps. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...PIECES, ''), fc.nat(3)), { maxLength: 8 }),
    fc.constantFrom(...SEEDS, '', ''),
  )
  .map(([seed, changes, tail]) =>
    changes.reduce((text, [place, cut, piece, times]) => {
      const at = Math.floor(place * text.length)
      return text.slice(0, at) + piece.repeat(times) + text.slice(at + cut)
    }, seed + tail),
  )

/** A draft is what the form and the operation take; that it may be refused later is their business. */
function assertSound(text: string): void {
  try {
    const { drafts } = readSnippet(text)
    expect(drafts.length).toBeGreaterThan(0)
    for (const { config, type } of drafts) {
      expect('command' in config ? type === 'external' && config.command !== '' : type !== 'external' && config.url !== '').toBe(true)
      expect(Object.getPrototypeOf('env' in config ? config.env : config.headers)).toBe(Object.prototype)
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SNIPPET_UNREADABLE') throw error
  }
}

test('10,000 mutated snippets are read or refused with the one error', () => {
  fc.assert(fc.property(mutated, assertSound), { numRuns: 10_000 })
}, 120_000)

test.each([
  ['deep JSON', '['.repeat(100_000)],
  ['deep objects', '{"a":'.repeat(20_000)],
  ['deep YAML', 'a: '.concat('['.repeat(50_000))],
  ['deep TOML', `a = ${'['.repeat(50_000)}`],
  [
    'YAML that multiplies',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]},`.repeat(9)}x]`).join('\n')}\nmcpServers: *j`,
  ],
  ['open fences', '```\n'.repeat(25_000)],
  ['open quotes', `npx ${'"'.repeat(99_990)}`],
  ['many lines', 'npx x\n'.repeat(16_000)],
  ['many variables', 'A=1 '.repeat(25_000)],
  ['blanks', `npx${' '.repeat(99_000)}x`],
  ['half placeholders', `npx ${'${'.repeat(49_000)}`],
  ['half brackets', `npx ${'<a'.repeat(49_000)}`],
  ['one long word', `npx -y ${'a-'.repeat(49_000)}`],
  ['one long host', `https://${'a.'.repeat(49_000)}example.com`],
  ['percents', `https://cursor.com/install-mcp?name=x&config=${'%41'.repeat(30_000)}`],
  ['comment openers', '/*'.repeat(50_000)],
  ['comments', '//\n'.repeat(33_000)],
])('%s does not keep it busy', (_, text) => {
  const started = process.cpuUsage()
  assertSound(text)
  const { user, system } = process.cpuUsage(started)
  // Quadratic work on a text of this size takes a minute; what is linear takes a few hundred milliseconds.
  expect((user + system) / 1e6).toBeLessThan(5)
})

test('what our own snippets say is read back', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/)
  const path = fc.stringMatching(/^\/[A-Za-z0-9 _.-]{1,30}$/).filter((text) => text === text.trim())
  fc.assert(
    fc.property(
      fc.constantFrom(...CLIENT_IDS),
      word,
      word,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      path,
      (client, name, slug, cliCommand, databasePath) => {
        const endpoint = `http://127.0.0.1:4444/mcp/${slug}`
        const token = 'lmg_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG'
        const { text } = snippetFor(client, { name, endpoint, token, bridge: { cliCommand, databasePath, profileSlug: slug } })
        const { drafts } = readSnippet(text)
        expect(drafts).toHaveLength(1)
        const [draft] = drafts
        expect(draft?.name).toBe(name)
        expect(draft?.config).toEqual(
          client === 'claude-desktop'
            ? { command: cliCommand[0], args: [...cliCommand.slice(1), 'stdio', '--profile', slug], env: { DATABASE_PATH: databasePath } }
            : { url: endpoint, headers: { Authorization: `Bearer ${token}` } },
        )
        expect(draft?.secrets.length).toBe(client === 'claude-desktop' ? 0 : 1)
      },
    ),
    { numRuns: 300 },
  )
})

test('a draft with nothing to ask is what the operation takes', () => {
  for (const seed of SEEDS)
    for (const { asks, type, config } of readSnippet(seed.replace(/ \| tee.*$/, '')).drafts)
      if (asks.length === 0) expect(configSchemas[type].safeParse(config).error, seed).toBeUndefined()
})

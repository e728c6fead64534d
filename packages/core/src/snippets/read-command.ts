import type { SkippedEntry } from '@local-mcp/contract'
import { splitCommand } from '@local-mcp/kernel'
import { readClientCommand } from './client-commands.ts'
import { EMPTY, type RawServer, type RawSnippet } from './raw-server.ts'
import { unreadable } from './unreadable.ts'

const ASSIGNMENT = /^(?:export\s+|set\s+|env\s+|\$env:)?([A-Za-z_]\w*)\s?=\s?("(?:\\.|[^"\\])*"|'[^']*'|[^\s;&'"]*)(?:\s*(?:;|&&)\s*|\s+|$)/
/** Programs that servers are usually started with: a line that begins with one is a command and no sentence. */
const LAUNCHER =
  /^(?:npx|npm|pnpm|pnpx|yarn|bunx?|node|deno|tsx|uvx?|pipx|python[\d.]*|py|docker|podman|nerdctl|java|dotnet|dnx|go|cargo|ruby|php|nix|cmd|wsl|bash|sh|claude|codex|gemini|qwen|amp|droid|code|code-insiders|cursor|copilot|local-mcp-gateway)(?:\.exe|\.cmd)?$/i
/** Outside quotes: what only a shell understands. */
const SHELL = /(?:^|\s)(?:\|\|?|&&?|;|\d?>{1,2}\S*|<{1,2}(?![\w -]+>)\S*)(?=\s|$)|;\s*$|\$\(|`/
/** Lines that only make a server ready, as READMEs have them above the one that starts it. */
const INSTALL = /^(?:npm|pnpm|yarn|bun|pipx?|uv|cargo|go)\s+(?:install|i|add|get|build|sync|tool\s+install)\b/
const PROMPT = /^(?:[$%#>❯➜]|PS [^>\n]*>|[A-Z]:\\[^>\n]*>)\s+/

interface Line {
  readonly text: string
  readonly line: number
}

/** Lines as a shell sees them: continued ones joined, a quote may span several, comments and blank ones left out. */
function logicalLines(text: string, spanQuotes: boolean): Line[] | null {
  const lines: Line[] = []
  let current = ''
  let start = 1
  let quote = ''
  let number = 0
  for (const raw of text.split('\n')) {
    number++
    if (current === '' && quote === '') {
      if (/^\s*(?:#(?!\s*\S+\s*=)|\/\/|REM\b|$)/i.test(raw)) continue
      start = number
    }
    if (spanQuotes)
      for (let at = 0; at < raw.length; at++) {
        const char = raw[at]!
        if (char === '\\' && quote !== "'") at++
        else if (quote === '') quote = char === '"' || char === "'" ? char : ''
        else if (char === quote) quote = ''
      }
    if (quote !== '') {
      current += `${raw}\n`
      continue
    }
    const continued = /(?:^|\s)[\\^`]\s*$/.test(raw)
    current += continued ? `${raw.replace(/[\\^`]\s*$/, '')} ` : raw
    if (continued) continue
    lines.push({ text: current.trim(), line: start })
    current = ''
  }
  if (quote !== '') return null
  if (current.trim() !== '') lines.push({ text: current.trim(), line: start })
  return lines
}

/**
 * Reads lines that would be typed in a terminal.
 *
 * @throws AppError SNIPPET_UNREADABLE
 */
export function readCommands(text: string): RawSnippet & { skipped: SkippedEntry[] } {
  const lines = logicalLines(text, true) ?? logicalLines(text, false) ?? []
  const servers: RawServer[] = []
  const skipped: SkippedEntry[] = []
  let env: Record<string, string> = {}
  for (const { text: raw, line } of lines) {
    let rest = raw
      .replace(PROMPT, '')
      .replace(/^`([^`]+)`$/, '$1')
      .trim()
    for (let match = ASSIGNMENT.exec(rest); match; match = ASSIGNMENT.exec(rest)) {
      env[match[1]!] = unquote(match[2]!)
      rest = rest.slice(match[0].length).replace(/^env\s+(?=\w+=)/, '')
    }
    if (rest === '') continue
    if (!isCommand(rest, lines.length === 1)) {
      skipped.push({ name: '', reason: 'not_a_command', line, column: 1 })
      continue
    }
    servers.push(readLine(rest, env, line))
    env = {}
  }
  if (servers.length > 0) return { servers: servers.slice(0, 100), inputs: new Map(), skipped: skipped.slice(0, 100) }
  const [refused] = skipped
  if (refused)
    throw unreadable('This is neither a configuration nor a link nor a command that starts a server', { line: refused.line!, column: 1 })
  throw unreadable(Object.keys(env).length > 0 ? 'There are variables, but no command follows' : 'There is nothing to read')
}

const unquote = (word: string) => (/^["']/.test(word) ? word.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : word)

function isCommand(line: string, alone: boolean): boolean {
  const { command, args } = splitCommand(line)
  if (command.trim() === '' || INSTALL.test(line)) return false
  if (LAUNCHER.test(command.replace(/^.*[\\/]/, ''))) return true
  if (/^(?:[/~.]|[A-Za-z]:\\)[^\n]/.test(command) || /^["']/.test(line)) return true
  // Anything else has to look like the name of a program, and what follows not like a sentence.
  return alone && /^[a-z0-9][\w.-]*$/.test(command) && !/[.!?:]$/.test(line) && (args.length === 0 || /[-/@_]/.test(line))
}

function readLine(line: string, env: Readonly<Record<string, string>>, number: number): RawServer {
  const bare = line.replace(/'[^']*'|"(?:\\.|[^"\\])*"/g, (quoted) => 'x'.repeat(quoted.length))
  const shell = SHELL.exec(bare)
  if (shell)
    throw unreadable('Read as a command: it needs a shell (a pipe, a redirection or a second command), and no shell starts a server', {
      line: number,
      column: line.slice(shell.index).search(/\S/) + shell.index + 1,
    })
  const { command, args, problem } = splitCommand(line)
  if (problem === 'open_quote') throw unreadable('Read as a command: a quote is not closed', { line: number, column: 1 })
  const server = readClientCommand([command, ...args], number) ?? { ...EMPTY, command, args }
  return { ...server, env: { ...env, ...server.env } }
}

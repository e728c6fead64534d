import { type Ask, askMark } from '@local-mcp/contract'
import { namesSecret } from '@local-mcp/kernel'
import type { Inputs } from './raw-server.ts'

/** One text of a server and what it is for. */
export interface TextPlace {
  /** Name of the variable, header or option that the text is the value of; empty where it has none. */
  readonly field: string
  /** Whether `{{env:NAME}}` means something there. */
  readonly refers: boolean
}

/** What stands for a value that somebody else has to know. The alternatives do not overlap, so that no text is slow. */
const FORMS = [
  /\$\{input:([\w.-]+)\}/, // 1: VS Code
  /\$\{\{\s*(?:secrets|inputs|env)\.([\w.-]+)\s*\}\}/, // 2: Continue
  /\$\{env:(\w+)\}/, // 3: VS Code, Cursor
  /\$\{([A-Za-z_]\w*)(?::-([^{}]*))?\}/, // 4, 5: Claude Code, shells
  /\{env:(\w+)\}/, // 6: opencode
  /\$env:(\w+)/, // 7: PowerShell
  /\$([A-Z_][A-Z0-9_]*)\b/, // 8: shells
  /%([A-Z_][A-Z0-9_]*)%/, // 9: Windows
  /<([A-Za-z][^<>\n]{0,80})>/, // 10: <YOUR_KEY>
  /\[((?:YOUR|your|ADD|INSERT)[^[\]\n]{0,80})\]/, // 11
  /\{([A-Z][A-Z0-9_]{2,60})\}/, // 12: {API_KEY}
]
// Our own references are taken as they are, so they come first.
const PLACEHOLDER = new RegExp(`(\\{\\{(?:env|secret|ask):[^{}]*\\}\\})|${FORMS.map(({ source }) => source).join('|')}`, 'g')

/** A whole value that only holds a place: YOUR_API_KEY, xxx, sk-..., /path/to/folder, or nothing at all. */
const WHOLE =
  /^(?:(?:[a-z]{2,5}[-_])?your[-_ ].*|(?:[a-z]{2,5}[-_])?(?:my|insert|enter|replace|add|put|paste)[-_ ](?:.*[-_ ])?(?:key|token|secret|password|here|value|me|with)\b.*|(?:[a-z]{2,5}[-_])?(?:x{3,}|\*{3,}|\.{3,}|…)|changeme|todo|placeholder|\/?path\/to\b.*|\/(?:Users|home)\/(?:username|you|user|your[-_]?name)\b.*|[A-Z]:[\\/]path[\\/]to\b.*)$/i
const SCHEME = /^((?:Bearer|Basic|Token|ApiKey) +)(.*)$/is

/** Gathers what a server asks for, under one name for each, while its texts are gone through. */
export function createAsker(inputs: Inputs, serverName: string) {
  const asks = new Map<string, Ask>()
  const base = constant(serverName) || 'SERVER'

  function ask(wish: string, place: TextPlace, more: { text?: string | null; secret?: boolean; suggestion?: string | null } = {}): string {
    const name =
      wish
        .replace(/[{}\n]/g, '')
        .trim()
        .slice(0, 60) || 'value'
    const secret = more.secret ?? (namesSecret(constant(name)) || namesSecret(place.field))
    const suggestion = more.suggestion ?? (place.refers && secret ? `{{env:${variableFor(place, name)}}}` : null)
    const known = asks.get(name)
    asks.set(name, {
      name,
      text: known?.text ?? more.text ?? null,
      href: null,
      secret: secret || (known?.secret ?? false),
      optional: false,
      suggestion: known ? (known.suggestion === suggestion ? suggestion : null) : suggestion,
    })
    return askMark(name)
  }

  /** The variable that will hold what is asked for: the one that the server reads, if there is one. */
  const variableFor = ({ field }: TextPlace, name: string): string =>
    /^[A-Z][A-Z0-9_]*$/.test(field) ? field : /^authorization$/i.test(field) ? `${base}_TOKEN` : constant(name) || `${base}_KEY`

  /** The text with every placeholder in the one form, `{{ask:name}}`. */
  function convert(text: string, place: TextPlace): string {
    const [, scheme = '', rest = text] = (place.refers ? SCHEME.exec(text) : null) ?? []
    if (WHOLE.test(rest) || (rest === '' && place.field !== '' && place.refers))
      return (
        scheme + ask(place.field === '' ? nameOfWhole(rest) : /^authorization$/i.test(place.field) ? `${base}_TOKEN` : place.field, place)
      )
    return text.replace(PLACEHOLDER, (all, ours?: string, ...parts: (string | undefined)[]) => {
      if (ours !== undefined) return all
      const [input, template, env, plain, fallback, opencode, powershell, shell, windows, angle, square, brace] = parts
      if (input !== undefined) {
        const { text: description = null, secret, fallback: given = null } = inputs.get(input) ?? {}
        return ask(input, place, { text: description, ...(secret ? { secret } : {}), ...(given === null ? {} : { suggestion: given }) })
      }
      const variable = template ?? env ?? plain ?? opencode ?? powershell ?? shell ?? windows
      if (variable === undefined) return ask(angle ?? square ?? brace ?? '', place)
      return ask(variable, place, {
        suggestion: fallback ?? (place.refers && /^[A-Za-z_]\w*$/.test(variable) ? `{{env:${variable}}}` : null),
      })
    })
  }

  return { convert, ask, asks: (): Ask[] => [...asks.values()], base }
}

const nameOfWhole = (text: string) => (/[\\/]/.test(text) ? 'path' : text.slice(0, 40))

/** `github-token` → `GITHUB_TOKEN`; empty where no letter is left. */
export const constant = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[_\d]+|_+$/g, '')
    .toUpperCase()

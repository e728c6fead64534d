/** A short name for a server that is started by these words, or an empty text when none comes to mind. */
export function nameOfCommand(words: readonly string[]): string {
  // The last word that reads like a package or a script: options and their values come after it only now and then.
  const target =
    words.slice(1).find((word) => !word.startsWith('-') && /^(@[\w.-]+\/)?[\w.-]*[a-z][\w.-]*(@[\w.^~-]+)?$/i.test(word)) ?? words[0] ?? ''
  const bare = target
    .replace(/^@[^/]+\//, '')
    .replace(/^.*[\\/]/, '')
    .replace(/@[^@]*$/, '')
    .replace(/\.(exe|cmd|bat|sh|[cm]?[jt]s|py)$/i, '')
  return tidy(bare)
}

/** A short name for a server at this URL, or an empty text. */
export function nameOfUrl(text: string): string {
  const [, host = ''] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#:\s]+)/i.exec(text) ?? []
  if (host === '' || host.startsWith('[') || /^[\d.]+$/.test(host)) return ''
  const labels = host.split('.').filter((label) => !['www', 'mcp', 'api'].includes(label))
  return tidy(labels.length > 1 ? labels.at(-2)! : (labels[0] ?? ''))
}

function tidy(name: string): string {
  const short = name.replace(/^(mcp-server|server|mcp)[-_]/i, '').replace(/[-_](mcp-server|server|mcp)$/i, '')
  return short === '' ? name : short
}

/** A word of an `Exec` line of the desktop entry specification. */
const quote = (word: string) =>
  `"${word
    .replace(/[\\"`$]/g, '\\$&')
    .replace(/\\/g, '\\\\')
    .replace(/%/g, '%%')}"`

/** The file in `~/.config/autostart` that starts the app with the session, without a window. */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Local MCP Gateway',
    `Exec=${[...command, '--hidden'].map(quote).join(' ')}`,
    'Icon=local-mcp-gateway',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

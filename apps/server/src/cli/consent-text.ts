import { reservedEnv, type Server, unpinnedPackage } from '@local-mcp/contract'

/**
 * Everything that a person agrees to, each part on a line of its own.
 *
 * @param program absolute path of what the command means now; null where it is not found; absent where nobody looked yet
 */
export function consentText(
  { name, type, config, apiKey }: Pick<Server, 'name' | 'type' | 'config'> & Partial<Pick<Server, 'apiKey'>>,
  program?: string | null,
): string {
  const lines =
    'command' in config
      ? [
          `command   ${config.command}`,
          ...(program === undefined ? [] : [`program   ${program ?? '(not found)'}`]),
          ...config.args.map((arg) => `argument  ${arg}`),
          ...Object.entries(config.env).map(([variable, value]) => `variable  ${variable}=${value}`),
          `folder    ${config.cwd ?? '(your home folder)'}`,
          ...reservedEnv(config.env).map((variable) => `careful   ${variable} decides what code runs`),
          ...unpinnedHint(config.command, config.args),
        ]
      : 'url' in config
        ? [
            `url       ${config.url}`,
            ...('postEndpoint' in config && config.postEndpoint ? [`post to   ${config.postEndpoint}`] : []),
            ...Object.entries(config.headers).map(([header, value]) => `header    ${header}: ${value}`),
            ...(apiKey ? [`key       ${apiKey.headerName}: ${apiKey.template.replaceAll('{apiKey}', `••••${apiKey.hint ?? ''}`)}`] : []),
            `network   ${config.allowPrivateNetwork ? 'may be on this computer or in the local network' : 'public addresses only'}`,
          ]
        : []
  return [`"${name}" (${type})`, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** What is fetched anew at each start is not what was looked at. */
function unpinnedHint(command: string, args: readonly string[]): string[] {
  const name = unpinnedPackage(command, args)
  return name ? [`hint      the newest version of ${name} runs at every start: write a version behind it to keep what you agreed to`] : []
}

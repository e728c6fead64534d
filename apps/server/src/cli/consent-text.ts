import type { Server } from '@local-mcp/contract'

/** Everything that a person agrees to, each part on a line of its own. */
export function consentText({ name, type, config }: Pick<Server, 'name' | 'type' | 'config'>): string {
  const lines =
    'command' in config
      ? [
          `command   ${config.command}`,
          ...config.args.map((arg) => `argument  ${arg}`),
          ...Object.entries(config.env).map(([variable, value]) => `variable  ${variable}=${value}`),
          `folder    ${config.cwd ?? '(your home folder)'}`,
        ]
      : 'url' in config
        ? [
            `url       ${config.url}`,
            ...('postEndpoint' in config && config.postEndpoint ? [`post to   ${config.postEndpoint}`] : []),
            ...Object.entries(config.headers).map(([header, value]) => `header    ${header}: ${value}`),
            `network   ${config.allowPrivateNetwork ? 'may be on this computer or in the local network' : 'public addresses only'}`,
          ]
        : []
  return [`"${name}" (${type})`, ...lines.map((line) => `  ${line}`)].join('\n')
}

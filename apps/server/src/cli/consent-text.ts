import { createInterface } from 'node:readline/promises'
import type { Server } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { plain } from './output.ts'

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

/** Asks the person at the terminal. @throws AppError APPROVAL_REQUIRED where there is nobody to ask */
export async function agrees(text: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new AppError('APPROVAL_REQUIRED', 'There is nobody to ask', {
      next: `Read what it runs, then repeat the command with --yes.\n${text}`,
    })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(`${plain(text)}\n\nAllow this? [y/N] `)
  ask.close()
  return /^y(es)?$/i.test(answer.trim())
}

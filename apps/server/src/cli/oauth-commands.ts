import type { Account, OAuthRecipe } from '@local-mcp/contract'
import type { Command } from 'commander'
import { awaitSignIn } from './await-sign-in.ts'
import { type Operations, withOperations } from './gateway-client.ts'
import { hiddenInput } from './hidden-input.ts'
import { openBrowser } from './open-browser.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

interface Flags {
  readonly json?: boolean
  readonly account?: string
  readonly issuer?: string
}

const time = (at: number | null) => (at === null ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' '))
/** Options that were not given are left out. */
const given = <Key extends string>(values: Readonly<Record<Key, string | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Name in Key]?: string }

/** @returns the name of the account that is meant: one that was given, or the default one */
async function accountOf({ oauth }: Operations, server: string, name: string | undefined): Promise<string> {
  if (name !== undefined) return name
  return (await oauth.get({ server })).accounts.find(({ isDefault }) => isDefault)?.id ?? 'default'
}

const recipeText = ({ id, title, consoleUrl, steps, redirectHint }: OAuthRecipe) =>
  [
    `${title} (${id})  ${consoleUrl}`,
    ...steps.map((step, at) => `  ${at + 1}. ${step}`),
    ...(redirectHint ? [`  ${redirectHint}`] : []),
  ].join('\n')

/** Whoever has to create a client is told where and how. */
async function sayRecipe({ oauth }: Operations, server: string): Promise<void> {
  const { recipe, redirectUri } = await oauth.get({ server })
  const how = recipe ? recipeText(recipe) : 'Create a client (an "OAuth app") at its authorization server.'
  process.stderr.write(
    `${how}\nRedirect URI: ${redirectUri}\nThen: local-mcp-gateway oauth client set ${JSON.stringify(server)} --id <client id>\n\n`,
  )
}

export function addOAuthCommands(program: Command, context: CommandContext): void {
  const oauth = program.command('oauth').description('Sign in to servers that want it, and manage who is signed in')
  const run = <Result>(work: (operations: Operations) => Promise<Result>) => withOperations(context.environment(), work)
  const command = (parent: Command, name: string, description: string) =>
    parent.command(name).description(description).option('--json', 'answer in JSON')
  const ofServer = (parent: Command, name: string, description: string) =>
    command(parent, name, description).argument('<server>', 'name, slug or id')

  ofServer(oauth, 'authorize', 'Sign in: opens the browser, and waits until you are done there')
    .option('--account <name>', 'who signs in, where the server has several accounts; a new name adds one')
    .option('--scopes <scopes>', 'what to ask for, separated by spaces, instead of what the server names')
    .option('--issuer <url>', 'which of several authorization servers')
    .option('--no-open', 'print the address and open nothing')
    .action(async (server: string, { json = false, open, ...wish }: Flags & { scopes?: string; open: boolean }) => {
      const asked = given({ account: wish.account, scopes: wish.scopes, issuer: wish.issuer })
      const account = await run(async (operations) => {
        try {
          return await awaitSignIn(operations, { server, ...asked }, async ({ authorizationUrl, expiresAt }) => {
            print(json, { event: 'started', authorizationUrl, expiresAt }, `Sign in at:\n\n  ${authorizationUrl}\n`)
            const opened = open && (await openBrowser(authorizationUrl, process.env))
            if (!json)
              process.stdout.write(opened ? 'Waiting for you in the browser…\n' : 'Open it in a browser on this computer. Waiting…\n')
          })
        } catch (error) {
          if (!json && (error as { code?: unknown }).code === 'NO_OAUTH_CONFIG') await sayRecipe(operations, server).catch(() => {})
          throw error
        }
      })
      print(json, { event: 'signed_in', account }, `Signed in as "${account.name}".`)
    })

  command(oauth, 'ls', 'List every account of every server')
    .option('--server <server>', 'only those of one server')
    .action(async (flags: { json?: boolean; server?: string }) => {
      const { accounts, names } = await run(async (operations) => {
        const servers = await operations.servers.list()
        const only = flags.server === undefined ? null : (await operations.servers.get({ server: flags.server })).id
        const all = await operations.oauth.list()
        return {
          accounts: all.filter(({ serverId }) => only === null || serverId === only),
          names: new Map(servers.map(({ id, name }) => [id, name])),
        }
      })
      const rows = accounts.map(({ serverId, name, isDefault, state, expiresAt, canRenew, lastRefreshAt, scopes }) => [
        names.get(serverId) ?? serverId,
        name + (isDefault ? ' (default)' : ''),
        state,
        canRenew ? 'renewed' : time(expiresAt),
        time(lastRefreshAt),
        scopes.join(' ') || '-',
      ])
      print(flags.json ?? false, accounts, table(['SERVER', 'ACCOUNT', 'STATE', 'ENDS', 'LAST RENEWED', 'SCOPES'], rows))
    })

  ofServer(oauth, 'revoke', 'Sign out: gives the token back where that is possible, and erases it')
    .option('--account <account>', 'name or id; the default account if absent')
    .action(async (server: string, flags: Flags) => {
      const result = await run(async (operations) =>
        operations.oauth.signOut({ server, account: await accountOf(operations, server, flags.account) }),
      )
      const told = result.revoked ? 'and the authorization server was told' : 'the authorization server could not be told'
      print(flags.json ?? false, result, `"${result.account.name}" is signed out; ${told}.`)
    })

  ofServer(oauth, 'refresh', 'Renew the token now')
    .option('--account <account>', 'name or id; the default account if absent')
    .action(async (server: string, flags: Flags) => {
      const account = await run(async (operations) =>
        operations.oauth.refresh({ server, account: await accountOf(operations, server, flags.account) }),
      )
      print(flags.json ?? false, account, `Renewed. The token ends ${time(account.expiresAt)}.`)
    })

  command(oauth, 'recipes', 'Say how to create a client at providers that register none by themselves').action(
    async (flags: { json?: boolean }) => {
      const recipes = await run((operations) => operations.oauth.recipes())
      print(flags.json ?? false, recipes, recipes.map(recipeText).join('\n\n'))
    },
  )

  const account = oauth.command('account').description('Accounts of a server')
  const ofAccount = (name: string, description: string) => ofServer(account, name, description).argument('<account>', 'name or id')
  const change = async (server: string, ref: string, changes: { name?: string; isDefault?: true }, flags: Flags, said: string) => {
    const changed: Account = await run((operations) => operations.oauth.updateAccount({ server, account: ref, ...changes }))
    print(flags.json ?? false, changed, said)
  }

  ofAccount('rename', 'Give an account another name')
    .argument('<name>', 'its new name')
    .action((server: string, ref: string, name: string, flags: Flags) =>
      change(server, ref, { name }, flags, `It is called "${name}" now.`),
    )

  ofAccount('default', 'Use an account wherever a profile names none').action((server: string, ref: string, flags: Flags) =>
    change(server, ref, { isDefault: true }, flags, `"${ref}" is the default account now.`),
  )

  ofAccount('rm', 'Sign an account out and forget it').action(async (server: string, ref: string, flags: Flags) => {
    await run((operations) => operations.oauth.deleteAccount({ server, account: ref }))
    print(flags.json ?? false, { removed: ref }, `"${ref}" is gone. Profiles that named it use the default account.`)
  })

  const client = oauth.command('client').description('What the gateway is at an authorization server that registers nobody by itself')

  ofServer(client, 'set', 'Enter a client that you created there. The secret is asked for, or read from stdin; never an argument')
    .requiredOption('--id <id>', 'its client ID')
    .option('--issuer <url>', 'the authorization server; absent: the one that the server names')
    .option('--public', 'it has no secret')
    .action(async (server: string, flags: Flags & { id: string; public?: boolean }) => {
      const secret = flags.public ? {} : { clientSecret: await hiddenInput('Client secret') }
      const entered = await run((operations) =>
        operations.oauth.setClient({ server, clientId: flags.id, ...secret, ...given({ issuer: flags.issuer }) }),
      )
      print(
        flags.json ?? false,
        entered,
        `Entered for ${entered.issuer}. Sign in with: local-mcp-gateway oauth authorize ${JSON.stringify(server)}`,
      )
    })

  ofServer(client, 'rm', 'Forget clients, entered and registered ones')
    .option('--issuer <url>', 'only the one at this authorization server')
    .action(async (server: string, flags: Flags) => {
      await run((operations) => operations.oauth.removeClient({ server, ...given({ issuer: flags.issuer }) }))
      print(flags.json ?? false, { removed: server }, 'Forgotten. The next sign-in needs a client again.')
    })
}

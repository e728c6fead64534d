import { z } from 'zod'
import { call, logSettings } from './nouns/activity.ts'
import { appearance } from './nouns/appearance.ts'
import { backup, backupKind, backupSettings } from './nouns/backup.ts'
import { arrival } from './nouns/client.ts'
import { account, oauthSettings, signInProblem } from './nouns/oauth.ts'
import { profile } from './nouns/profile.ts'
import { server, serverSettings, serverStatus } from './nouns/server.ts'
import { source } from './nouns/source.ts'
import { clientToken, rateLimits } from './nouns/token.ts'
import { changedTools } from './nouns/tool.ts'

/** What happened, in the past tense, after the change was committed. */
export const appEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('profile.created'), profile }),
  z.object({ type: z.literal('profile.updated'), profile }),
  z.object({ type: z.literal('profile.deleted'), profileId: z.uuid() }),
  z.object({ type: z.literal('server.created'), server }),
  z.object({ type: z.literal('server.updated'), server }),
  z.object({ type: z.literal('server.deleted'), serverId: z.uuid() }),
  z.object({ type: z.literal('server.restored'), server }),
  z.object({ type: z.literal('server.purged'), serverId: z.uuid() }),
  z.object({ type: z.literal('pool.changed') }),
  z.object({ type: z.literal('source.created'), source }),
  z.object({ type: z.literal('source.updated'), source }),
  z.object({ type: z.literal('source.deleted'), sourceId: z.uuid() }),
  z.object({ type: z.literal('server.status.changed'), serverId: z.uuid(), status: serverStatus }),
  /** What it offers, what of it is let through or how, or what was accepted, at the server or in any profile. */
  z.object({ type: z.literal('server.tools.changed'), serverId: z.uuid() }),
  z.object({ type: z.literal('secrets.changed') }),
  z.object({ type: z.literal('oauth.account.changed'), account }),
  z.object({ type: z.literal('oauth.account.deleted'), serverId: z.uuid(), accountId: z.uuid() }),
  /** The browser came back without a sign-in; what the account had before stays. */
  z.object({ type: z.literal('oauth.sign-in.failed'), serverId: z.uuid(), accountId: z.uuid(), problem: signInProblem }),
  /** Its clients, or what somebody said about its sign-in. */
  z.object({ type: z.literal('oauth.server.changed'), serverId: z.uuid() }),
  z.object({ type: z.literal('oauth.settings.updated'), settings: oauthSettings }),
  z.object({ type: z.literal('server.settings.updated'), settings: serverSettings }),
  z.object({ type: z.literal('settings.changed-tools.updated'), changedTools }),
  z.object({ type: z.literal('settings.appearance.updated'), appearance }),
  z.object({ type: z.literal('token.created'), token: clientToken }),
  z.object({ type: z.literal('token.revoked'), token: clientToken }),
  z.object({ type: z.literal('settings.rate-limits.updated'), rateLimits }),
  z.object({ type: z.literal('client.arrived'), arrival }),
  z.object({ type: z.literal('welcome.left') }),
  z.object({ type: z.literal('call.started'), call }),
  z.object({ type: z.literal('call.finished'), call }),
  z.object({ type: z.literal('logs.cleared') }),
  z.object({ type: z.literal('settings.logs.updated'), settings: logSettings }),
  z.object({ type: z.literal('backup.progress'), kind: backupKind, doneBytes: z.int(), totalBytes: z.int() }),
  z.object({ type: z.literal('backup.finished'), backup }),
  z.object({ type: z.literal('backup.failed'), kind: backupKind, code: z.string(), message: z.string() }),
  z.object({ type: z.literal('backup.deleted'), backupId: z.uuid() }),
  z.object({ type: z.literal('backup.settings.updated'), settings: backupSettings }),
])
export type AppEvent = z.infer<typeof appEvent>

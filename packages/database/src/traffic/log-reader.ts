import type { Call, CallDetail, Hop, LogUsage, ServerMoment } from '@local-mcp/contract'
import type { LogFilters, LoggedCall, LogPlace, LogSpan, Principal } from '@local-mcp/core'
import type { ProfileId, ServerId } from '@local-mcp/kernel'
import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { type Db, visibleTo } from '../repositories/query.ts'
import { serverHistory as history, debugLogs as logs, profiles, servers } from '../schema/index.ts'

const HISTORY_PER_SERVER = 200
const HISTORY_FOR = 30 * 24 * 60 * 60_000

/** The columns of a list, as the noun has them. */
const ROW = {
  id: logs.id,
  at: logs.createdAt,
  method: logs.requestType,
  profileSlug: logs.endpointSlug,
  serverId: logs.serverId,
  tool: logs.toolName,
  accountName: logs.accountName,
  tokenId: logs.tokenId,
  tokenName: logs.tokenName,
  clientName: logs.clientName,
  status: logs.status,
  errorCode: logs.errorCode,
  durationMs: logs.durationMs,
}

/** What lies in the payloads, and what is in a row beside them. */
const NAMES = [
  logs.toolName,
  logs.requestType,
  logs.endpointSlug,
  logs.clientName,
  logs.tokenName,
  logs.accountName,
  logs.errorCode,
  logs.errorMessage,
]
const PAYLOADS = [logs.requestPayload, logs.responsePayload, logs.serverRequest, logs.serverResponse]

/**
 * The rows that the viewer may see: what went through a profile that it sees to a server that it sees, and of a token
 * that is limited to some, what went through or to these.
 */
function visibleLogs(db: Db, viewer: Principal): SQL | undefined {
  const { token } = viewer
  // The plus keeps SQLite from going by these columns: nearly every row passes, and the order is by time.
  const of = (column: SQLiteColumn) => sql`+${column}`
  const seen = (column: SQLiteColumn, table: typeof profiles | typeof servers) =>
    or(
      isNull(of(column)),
      inArray(
        of(column),
        db
          .select({ id: table.id })
          .from(table as typeof profiles)
          .where(visibleTo(db, viewer, table)),
      ),
    )
  return and(
    seen(logs.profileId, profiles),
    seen(logs.serverId, servers),
    viewer.isLocalOwner ? undefined : or(isNotNull(of(logs.profileId)), isNotNull(of(logs.serverId))),
    token?.profileIds ? inArray(of(logs.profileId), [...token.profileIds]) : undefined,
    token?.serverIds ? inArray(of(logs.serverId), [...token.serverIds]) : undefined,
  )
}

/** Nothing in it stands for anything else. */
const pattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** @param text as somebody wrote it; in a payload it stands so too, or as JSON writes it */
function holds(text: string): SQL | undefined {
  const inJson = JSON.stringify(text).slice(1, -1)
  const like = (column: SQLiteColumn, wanted: string) => sql`${column} LIKE ${pattern(wanted)} ESCAPE '\\'`
  // SQLite reads a pattern to its first NUL; a payload has it escaped, and a name has none.
  const asWritten = text.includes('\0') ? [] : [...NAMES, ...(inJson === text ? [] : PAYLOADS)].map((column) => like(column, text))
  return or(...asWritten, ...PAYLOADS.map((column) => like(column, inJson)))
}

function matching(filters: LogFilters): SQL | undefined {
  const { profileId, serverId, tokenId, method, status, hasError, from, to, text } = filters
  return and(
    profileId === undefined ? undefined : eq(logs.profileId, profileId),
    serverId === undefined ? undefined : eq(logs.serverId, serverId),
    tokenId === undefined ? undefined : eq(logs.tokenId, tokenId),
    method === undefined ? undefined : eq(logs.requestType, method),
    status === undefined ? undefined : eq(logs.status, status),
    hasError === undefined
      ? undefined
      : hasError
        ? inArray(logs.status, ['error', 'timeout'])
        : and(ne(logs.status, 'error'), ne(logs.status, 'timeout')),
    from === undefined ? undefined : gte(logs.createdAt, from),
    to === undefined ? undefined : lt(logs.createdAt, to),
    text === undefined ? undefined : holds(text),
  )
}

type Row = { [Key in keyof typeof ROW]: (typeof ROW)[Key]['_']['data'] | null }

const toCall = (row: Row): Call => ({ ...row, profileSlug: row.profileSlug ?? '', tool: row.tool ?? '' }) as Call

interface Stored {
  readonly clientVersion: string | null
  readonly serverVersion: string | null
  readonly request: string | null
  readonly response: string | null
  readonly sent: string | null
  readonly received: string | null
}

/** What is the same on both sides is stored once. */
function hopsOf({ clientVersion, serverVersion, request, response, sent, received }: Stored): Pick<CallDetail, 'client' | 'server'> {
  const client: Hop = { protocolVersion: clientVersion, request, response }
  const same = (sent === '' || request === null) && (received === '' || response === null) && clientVersion === serverVersion
  return {
    client,
    server: same
      ? null
      : { protocolVersion: serverVersion, request: sent === '' ? request : sent, response: received === '' ? response : received },
  }
}

export function createLogReader(db: Db) {
  return {
    list(viewer: Principal, filters: LogFilters, limit: number, before: LogPlace | null): Call[] {
      const older = before && sql`(${logs.createdAt}, ${logs.id}) < (${before.at}, ${before.id})`
      return db
        .select(ROW)
        .from(logs)
        .where(and(matching(filters), older ?? undefined, visibleLogs(db, viewer)))
        .orderBy(desc(logs.createdAt), desc(logs.id))
        .limit(limit)
        .all()
        .map(toCall)
    },

    /** Whether it can be made again is said by whoever knows what is: here it is whether its request is whole. */
    get(viewer: Principal, id: string): LoggedCall | null {
      const row = db
        .select({
          call: ROW,
          stored: {
            clientVersion: logs.clientVersion,
            serverVersion: logs.serverVersion,
            request: logs.requestPayload,
            response: logs.responsePayload,
            sent: logs.serverRequest,
            received: logs.serverResponse,
          },
          more: {
            errorMessage: logs.errorMessage,
            requestBytes: logs.requestBytes,
            responseBytes: logs.responseBytes,
            truncated: logs.truncated,
            redacted: logs.redacted,
          },
          whole: logs.requestWhole,
          profileId: logs.profileId,
        })
        .from(logs)
        .where(and(eq(logs.id, id as never), visibleLogs(db, viewer)))
        .get()
      if (!row) return null
      const call = toCall(row.call)
      return {
        ...call,
        ...row.more,
        ...hopsOf(row.stored),
        replayable: row.whole && call.status !== 'pending',
        profileId: row.profileId as ProfileId | null,
      }
    },

    /** What a summary counts. @param without methods that it leaves out */
    *measures(viewer: Principal, { profileId, serverId, from, to }: LogSpan, without: readonly string[]) {
      const found = db
        .select({
          at: logs.createdAt,
          serverId: logs.serverId,
          tool: logs.toolName,
          slug: logs.endpointSlug,
          status: logs.status,
          durationMs: logs.durationMs,
        })
        .from(logs)
        .where(
          and(
            matching({ profileId, serverId, from, to }),
            sql`${logs.requestType} NOT IN (${sql.join(
              without.map((method) => sql`${method}`),
              sql`, `,
            )})`,
            visibleLogs(db, viewer),
          ),
        )
        .all()
      yield* found
    },

    usage(viewer: Principal): LogUsage {
      const found = db
        .select({
          rows: sql<number>`count(*)`,
          bytes: sql<number>`coalesce(sum(${logs.sizeBytes}), 0)`,
          oldestAt: sql<number | null>`min(${logs.createdAt})`,
        })
        .from(logs)
        .where(visibleLogs(db, viewer))
        .get()
      return found ?? { rows: 0, bytes: 0, oldestAt: null }
    },

    history(serverId: ServerId, now: number): ServerMoment[] {
      return db
        .select({ at: history.at, state: history.state, code: history.code, message: history.message, pid: history.pid })
        .from(history)
        .where(and(eq(history.serverId, serverId as never), gte(history.at, now - HISTORY_FOR)))
        .orderBy(desc(history.id))
        .limit(HISTORY_PER_SERVER)
        .all() as ServerMoment[]
    },
  }
}

export type LogReader = ReturnType<typeof createLogReader>

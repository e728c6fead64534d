import type { StoredChoices, ToolChoiceReader, ToolChoiceWriter, ToolCustom } from '@local-mcp/core'
import { newId } from '@local-mcp/kernel'
import { and, eq, not, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { profileServerTools as atLink, serverToolConfigs as atServer } from '../schema/index.ts'
import type { DamageReport } from './damaged-rows.ts'
import { type Db, jsonOf, later } from './query.ts'

interface Row {
  readonly id: string
  readonly tool: string
  readonly isEnabled: boolean
  readonly custom: ToolCustom | null
  readonly intact: boolean
}

export function createToolChoiceReader(db: Db, report: DamageReport): ToolChoiceReader {
  function group<Owner>(table: string, rows: readonly (Row & { readonly owner: Owner })[]): Map<Owner, StoredChoices> {
    const choices = new Map<Owner, StoredChoices & { switched: Map<string, boolean>; custom: Map<string, ToolCustom>; damaged: boolean }>()
    for (const row of rows) {
      const found = choices.get(row.owner) ?? { switched: new Map(), custom: new Map(), damaged: false }
      choices.set(row.owner, found)
      if (row.intact) {
        found.switched.set(row.tool, row.isEnabled)
        if (row.custom) found.custom.set(row.tool, row.custom)
      } else {
        found.damaged = true
        report(table, row.id)
      }
    }
    return choices
  }
  return {
    async ofServers() {
      const rows = db
        .select({
          id: atServer.id,
          owner: atServer.serverId,
          tool: atServer.toolName,
          isEnabled: atServer.isEnabled,
          intact: intact(atServer),
        })
        .from(atServer)
        .all()
      return group(
        'mcp_server_tool_configs',
        rows.map((row) => ({ ...row, custom: null })),
      )
    },
    async ofLinks() {
      const rows = db
        .select({
          id: atLink.id,
          owner: atLink.linkId,
          tool: atLink.toolName,
          isEnabled: atLink.isEnabled,
          name: atLink.customName,
          description: atLink.customDescription,
          inputSchema: jsonOf(atLink.customInputSchema),
          intact: intact(atLink),
        })
        .from(atLink)
        .all()
      return group(
        'profile_mcp_server_tools',
        rows.map(({ name, description, inputSchema, ...row }) => {
          const custom = { name, description, inputSchema: (inputSchema ?? null) as object | null }
          return { ...row, custom: Object.values(custom).some((value) => value !== null) ? custom : null }
        }),
      )
    },
  }
}

export function createToolChoiceWriter(db: Db, report: DamageReport): ToolChoiceWriter {
  const rowAtLink = (linkId: string, tool: string) => and(sql`${atLink.linkId} = ${linkId}`, eq(atLink.toolName, tool))
  /** All of a damaged row is about to be chosen anew, so nothing of it lives on. */
  const dropDamagedAtLink = (linkId: string, tool: string) =>
    db
      .delete(atLink)
      .where(and(rowAtLink(linkId, tool), not(intact(atLink))))
      .run()
  return {
    ...createToolChoiceReader(db, report),
    async switchAtServer(serverId, tool, isEnabled, now) {
      db.delete(atServer)
        .where(and(eq(atServer.serverId, serverId), eq(atServer.toolName, tool), not(intact(atServer))))
        .run()
      db.insert(atServer)
        .values({ id: newId<'tool-config'>(), serverId, toolName: tool, isEnabled, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [atServer.serverId, atServer.toolName],
          set: { isEnabled, updatedAt: later(atServer.updatedAt, now) },
        })
        .run()
    },
    async switchAtLink(linkId, tool, isEnabled, now) {
      dropDamagedAtLink(linkId, tool)
      db.insert(atLink)
        .values({ id: newId<'link-tool'>(), linkId, toolName: tool, isEnabled, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({ target: [atLink.linkId, atLink.toolName], set: { isEnabled, updatedAt: later(atLink.updatedAt, now) } })
        .run()
    },
    async customize(linkId, tool, { name, description, inputSchema }, isEnabled, now) {
      dropDamagedAtLink(linkId, tool)
      const custom = { customName: name, customDescription: description, customInputSchema: inputSchema }
      db.insert(atLink)
        .values({ id: newId<'link-tool'>(), linkId, toolName: tool, isEnabled, ...custom, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({ target: [atLink.linkId, atLink.toolName], set: { ...custom, updatedAt: later(atLink.updatedAt, now) } })
        .run()
    },
  }
}

import type { RemovedLink } from '@local-mcp/contract'
import { AppError, type ServerId } from '@local-mcp/kernel'
import { findAccount } from '../find.ts'
import type { LinkRecord, ServerRecord } from '../records.ts'
import type { StoredChoices, StoreWriter } from '../store.ports.ts'
import { schemaProblem } from '../tools/input-schema.ts'
import { choicesOf, NOT_CUSTOM } from '../tools/tool-rules.ts'

/**
 * All that goes with a link: what it is, and what was chosen about the tools of its server.
 *
 * @param place in its profile; the orders of links may have gaps
 */
export function removedLink(link: LinkRecord, place: number, stored: StoredChoices | undefined): RemovedLink {
  const { policy, switched, custom } = choicesOf(link.toolPolicy, stored)
  return {
    order: place,
    isActive: link.isActive,
    toolPolicy: policy,
    accountId: link.accountId,
    tools: [...switched].map(([tool, enabled]) => {
      const { name, description, inputSchema } = custom.get(tool) ?? NOT_CUSTOM
      return { tool, enabled, name, description, inputSchema: inputSchema as Record<string, unknown> | null }
    }),
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** @throws AppError VALIDATION_ERROR for a schema that no customisation could have had */
export async function assertRestorable({ tools }: RemovedLink): Promise<void> {
  for (const [index, { inputSchema }] of tools.entries()) {
    if (!inputSchema) continue
    // Compiling takes milliseconds, and calls go on meanwhile.
    await nextTurn()
    const problem = await schemaProblem(inputSchema)
    if (!problem) continue
    const path = ['restore', 'tools', index, 'inputSchema', ...problem.path]
    throw new AppError('VALIDATION_ERROR', problem.message, { fields: [{ path, message: problem.message }] })
  }
}

/** @param link new, at the end of its profile @throws AppError ACCOUNT_NOT_FOUND where it was removed meanwhile */
export async function restoreLink(
  tx: StoreWriter,
  link: LinkRecord,
  server: ServerRecord,
  { order, isActive, toolPolicy, accountId, tools }: RemovedLink,
  now: number,
): Promise<void> {
  const account = accountId === null ? null : await findAccount(tx, server, accountId)
  await tx.links.insert({ ...link, isActive, toolPolicy, accountId: account?.id ?? null }, now)
  for (const { tool, enabled, ...custom } of tools) await tx.toolChoices.customize(link.id, tool, custom, enabled, now)
  const others = (await tx.links.listByProfile(link.profileId)).map(({ serverId }) => serverId).filter((id) => id !== server.id)
  const serverIds: ServerId[] = others.toSpliced(Math.min(order, others.length), 0, server.id)
  await tx.links.setOrder(link.profileId, serverIds, now)
}

import { oc } from '@orpc/contract'
import { z } from 'zod'
import type { Right } from '../rights.ts'

/**
 * The right that an operation needs. `open` needs no token; `owner` is for the window
 * and the command line of the owner only and has no REST address, because it lets a program be started.
 */
export type Permission = 'open' | 'owner' | Right

export interface OperationMeta {
  readonly permission: Permission
}

/** Writes a flag of the query into the description of the REST operation; a DELETE has no body to carry it. */
export const queryFlag =
  (name: string, description: string) =>
  <Operation extends object>(current: Operation): Operation => {
    const { requestBody: _none, ...operation } = current as Operation & { requestBody?: unknown; parameters?: readonly unknown[] }
    const flag = { name, in: 'query', description, schema: { type: 'boolean' } }
    return { ...operation, parameters: [...(operation.parameters ?? []), flag] } as never
  }

/** A flag that may also come as text, out of an address. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

const base = oc.$meta<OperationMeta>({ permission: 'owner' })

/** Starts the description of an operation that needs the given right. */
export const operation = (permission: Permission) => base.meta({ permission })

import { isObject } from '@local-mcp/kernel'
import { type Client, canAnswer } from '../protocol/client.ts'
import { CODES } from '../protocol/revisions.ts'
import { type Frame, parseSpan } from '../wire/frame.ts'
import { membersOf, toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'

const MAX_LINKS = 20

/**
 * A legacy server (2025-11-25) may refuse a request until the person has been to one or more addresses. The modern
 * era has no such error: the client is asked to go there, and to come back.
 *
 * @returns the questions by their names, as JSON texts; null where the answer is no such error or the client cannot
 */
export function neededLinks({ bytes, error }: Frame, client: Client): Map<string, Buffer> | null {
  const parsed = error ? parseSpan(bytes, error) : null
  if (!isObject(parsed) || parsed.code !== CODES.linksNeeded || !isObject(parsed.data)) return null
  const { elicitations } = parsed.data
  if (!Array.isArray(elicitations) || elicitations.length === 0 || elicitations.length > MAX_LINKS) return null
  const asked = elicitations.map((params: unknown) => (isObject(params) ? { ...params, mode: 'url' } : null))
  if (!asked.every((params) => params && canAnswer(client, 'elicitation/create', params))) return null
  return new Map(asked.map((params, index) => [`elicitation_create_${index + 1}`, toJson({ method: 'elicitation/create', params })]))
}

/** Whether the person went wherever they had to. @param responses where each answer is in the bytes */
export const wentThere = (bytes: Buffer, names: Iterable<string>, responses: ReadonlyMap<string, Span>): boolean =>
  [...names].every((name) => {
    const action = membersOf(bytes, responses.get(name) ?? null).get('action')
    return action !== undefined && parseSpan(bytes, action) === 'accept'
  })

import { randomUUID } from 'node:crypto'
import { isObject } from '@local-mcp/kernel'
import { type Client, canAnswer } from '../protocol/client.ts'
import { parseSpan } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'
import { type ClientAnswer, MAX_QUESTION_BYTES, MAX_QUESTIONS } from './ask-client.ts'
import type { Inputs } from './translate-request.ts'

/** What a server needs of the client cannot be had. */
export class ClientFault extends Error {}

const TOO_MUCH = `The server asked for more than ${MAX_QUESTIONS} things or ${MAX_QUESTION_BYTES / 2 ** 20} MB at once`

/**
 * Puts what a modern server needs before it can answer to a legacy client, question by question.
 *
 * @param members of the server's result
 * @param ask puts one question
 * @throws ClientFault
 */
export async function gatherInputs(
  bytes: Buffer,
  members: ReadonlyMap<string, Span>,
  client: Client,
  ask: (method: string, params: Buffer) => Promise<ClientAnswer>,
): Promise<Inputs> {
  const requests = members.get('inputRequests')
  if (requests && requests.end - requests.start > MAX_QUESTION_BYTES) throw new ClientFault(TOO_MUCH)
  const wanted = requests ? Object.entries(parseSpan(bytes, requests) as Record<string, { method?: unknown; params?: unknown }>) : []
  if (wanted.length > MAX_QUESTIONS) throw new ClientFault(TOO_MUCH)
  const answers = await Promise.all(
    wanted.map(async ([name, { method, params }]): Promise<[string, unknown]> => {
      const asking = String(method)
      if (!canAnswer(client, asking, params)) {
        if (asking === 'roots/list') return [name, { roots: [] }]
        if (asking === 'elicitation/create') return [name, { action: 'decline' }]
        throw new ClientFault(`The server needs ${asking}, which the client does not support`)
      }
      const withId =
        isObject(params) && params.mode === 'url' && !params.elicitationId ? { ...params, elicitationId: randomUUID() } : params
      const answer = await ask(asking, toJson(withId ?? {}))
      if ('error' in answer) throw new ClientFault(`The client answered ${asking} with ${answer.error.toString('utf8', 0, 500)}`)
      return [name, JSON.parse(answer.result.toString('utf8'))]
    }),
  )
  const state = members.get('requestState')
  return {
    responses: toJson(Object.fromEntries(answers)),
    state: state ? Buffer.from(bytes.subarray(state.start, state.end)) : null,
  }
}

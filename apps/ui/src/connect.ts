import type { Contract } from '@local-mcp/contract'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ApiError } from './lib/api-error.ts'
import { MissingFields } from './lib/missing-fields.ts'
import { retryDelay } from './lib/retry-delay.ts'

/** `opening` until the first socket, then `open` and `lost` in turns. `ended`: only a new link helps. */
export type ConnectionState = 'opening' | 'open' | 'lost' | 'ended'
export type Api = ContractRouterClient<Contract>

export interface Connection {
  readonly api: Api
  readonly state: StoreApi<{ state: ConnectionState }>
  /** Tries again now instead of at the end of the pause. */
  retry(): void
}

const SESSION_KEY = 'lmg.session'
const CLOSE_SESSION_ENDED = 4401

class ConnectionLost extends Error {}

/**
 * Connects the page to its host. This file alone knows the carrier: the control listener's WebSocket, or, in the
 * window of the desktop app, a MessagePort.
 */
export function connect(): Connection {
  const state = createStore<{ state: ConnectionState }>(() => ({ state: 'opening' }))
  const set = (next: ConnectionState) => state.setState({ state: next })
  let code = takeCode()
  let link: RPCLink<Record<never, never>> | PortLink<Record<never, never>> | undefined
  let waiting: (() => void)[] = []
  let attempt = 0
  let timer: number | undefined
  // The control listener speaks plain HTTP; every other origin is the desktop app's own.
  const open = () => void (location.protocol === 'http:' ? openSocket() : openPort())

  const later = () => {
    set(state.getState().state === 'opening' && attempt === 0 ? 'opening' : 'lost')
    timer = window.setTimeout(open, retryDelay(attempt++))
  }

  const end = () => {
    sessionStorage.removeItem(SESSION_KEY)
    set('ended')
    release()
  }

  const release = () => {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  const opened = (next: NonNullable<typeof link>) => {
    attempt = 0
    link = next
    set('open')
    release()
  }

  /** The preload script hands the other end over to the app, which ends it when another gateway takes the place of this one. */
  function openPort() {
    timer = undefined
    const { port1, port2 } = new MessageChannel()
    opened(new PortLink({ port: port1 }))
    port1.addEventListener('close', () => {
      link = undefined
      later()
    })
    port1.start()
    window.postMessage('lmg:connect', location.origin, [port2])
  }

  async function openSocket() {
    timer = undefined
    if (code !== undefined) {
      const answer = await exchange(code)
      if (answer === 'unreachable') return later()
      code = undefined
      // A refused code is not the end: reloading an old link in a tab that has a session still works.
      if (answer !== 'refused') sessionStorage.setItem(SESSION_KEY, answer.session)
    }
    const session = sessionStorage.getItem(SESSION_KEY)
    if (session === null) return end()

    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`, ['lmg.v1', `lmg.session.${session}`])
    let wasOpen = false
    socket.addEventListener('open', () => {
      wasOpen = true
      opened(new RPCLink({ websocket: socket }))
    })
    socket.addEventListener('close', async (event) => {
      link = undefined
      if (event.code === CLOSE_SESSION_ENDED) return end()
      // A browser does not tell why an upgrade was refused, so the session is asked about over HTTP.
      if (!wasOpen && (await isSessionRefused(session))) return end()
      later()
    })
  }

  const api: Api = createORPCClient({
    async call(path, input, options) {
      if (link === undefined) {
        if (state.getState().state !== 'opening') throw new ConnectionLost()
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      if (link === undefined) throw new ConnectionLost()
      const used = link
      try {
        return await used.call(path, input, options)
      } catch (error) {
        throw error instanceof ORPCError || link === used ? error : new ConnectionLost('', { cause: error })
      }
    },
  })

  open()
  return {
    api,
    state,
    retry() {
      if (timer === undefined) return
      window.clearTimeout(timer)
      attempt = 0
      open()
    },
  }
}

/** Query and mutation options of every operation. */
export const createQueries = (api: Api) => createTanstackQueryUtils(api)
export type Queries = ReturnType<typeof createQueries>

/** What went wrong, in the one form that views show. */
export function readError(error: unknown): ApiError {
  if (error instanceof MissingFields) return { code: 'VALIDATION_ERROR', message: '', fields: error.fields }
  if (error instanceof ConnectionLost) return { code: 'CONNECTION_LOST', message: '', fields: [] }
  if (error instanceof ORPCError) {
    const data = (error.data ?? {}) as Readonly<Record<string, unknown>> & {
      next?: unknown
      fields?: unknown
      issues?: unknown
      incident?: unknown
    }
    // `issues`: input that the contract's own schema refused before any service saw it.
    const fields = data.fields ?? data.issues
    return {
      code: error.code,
      message: error.message,
      ...(typeof data.next === 'string' && { next: data.next }),
      ...(typeof data.incident === 'string' && { incident: data.incident }),
      fields: Array.isArray(fields) ? fields.filter(isFieldError) : [],
      data,
    }
  }
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error), fields: [] }
}

function isFieldError(value: unknown): value is ApiError['fields'][number] {
  const field = value as { path?: unknown; message?: unknown } | null
  return Array.isArray(field?.path) && typeof field.message === 'string'
}

/** Takes the one-time code out of the address bar, so that it is not in the history, a screenshot or a copied link. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code')
  if (code === null) return undefined
  history.replaceState(history.state, '', location.pathname + location.search)
  return code
}

async function exchange(code: string): Promise<{ session: string } | 'refused' | 'unreachable'> {
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    if (response.ok) return (await response.json()) as { session: string }
    return response.status >= 500 ? 'unreachable' : 'refused'
  } catch {
    return 'unreachable'
  }
}

async function isSessionRefused(session: string): Promise<boolean> {
  try {
    const response = await fetch('/session', { headers: { authorization: `Bearer ${session}` } })
    return response.status === 401
  } catch {
    return false
  }
}

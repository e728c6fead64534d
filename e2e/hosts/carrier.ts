import type { Page } from '@playwright/test'

/** An answer as the operation gave it. */
type Change = (output: never) => unknown

/**
 * Stands between a page and its gateway, so that a test can show what a page does while an answer is on its way, when it is
 * a refusal, and when it is another one. An operation is named as in the contract: `servers.list`.
 */
export interface Carrier {
  /** The answer does not come until `letGo`. */
  hold(...operations: readonly string[]): void
  /** The answer is an error of the gateway. */
  refuse(...operations: readonly string[]): void
  /** The answer is what the change makes of it. */
  change(operation: string, change: Change): void
  /** From now on everything goes through as it is. What was held stays lost: the page is loaded anew. */
  letGo(): void
  /** Waits until every request was answered or is held. Subscriptions are no requests. */
  quiet(): Promise<void>
}

interface Message {
  readonly i: string
  readonly t?: number
  readonly p?: { readonly u?: string; s?: number; b?: { json?: unknown } }
}

const REFUSAL = {
  defined: false,
  code: 'INTERNAL',
  status: 500,
  message: 'Something went wrong inside the gateway',
  data: { next: 'Try again. If it happens again, look at the Health page.', incident: '5e1f0c2a' },
}
const NEWS = 'events.subscribe'

/** @param steady what every answer and every event is passed through; absent: nothing is changed */
export async function carry(page: Page, steady: (value: unknown) => unknown = (value) => value): Promise<Carrier> {
  const held = new Set<string>()
  const refused = new Set<string>()
  const changes = new Map<string, Change>()
  let asked = new Map<string, string>()

  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const gateway = socket.connectToServer()
    // Another connection begins its numbers anew.
    asked = new Map()
    socket.onMessage((raw) => {
      const message = JSON.parse(String(raw)) as Message
      if (message.p?.u) asked.set(message.i, message.p.u.replace(/^(https?:\/\/[^/]+)?\//, '').replaceAll('/', '.'))
      gateway.send(raw)
    })
    gateway.onMessage((raw) => {
      const message = JSON.parse(String(raw)) as Message
      const operation = asked.get(message.i) ?? ''
      const isAnswer = message.t === undefined
      if (isAnswer && held.has(operation)) return
      if (isAnswer && operation !== NEWS) asked.delete(message.i)
      socket.send(JSON.stringify(steady(isAnswer ? altered(message, operation) : message)))
    })
  })

  function altered(message: Message, operation: string): Message {
    if (refused.has(operation)) return { i: message.i, p: { s: 500, b: { json: REFUSAL } } }
    const change = changes.get(operation)
    const body = message.p?.b
    if (!change || !body) return message
    return { ...message, p: { ...message.p, b: { ...body, json: change(body.json as never) } } }
  }

  return {
    hold(...operations) {
      for (const one of operations) held.add(one)
    },
    refuse(...operations) {
      for (const one of operations) refused.add(one)
    },
    change(operation, change) {
      changes.set(operation, change)
    },
    letGo() {
      held.clear()
      refused.clear()
      changes.clear()
    },
    async quiet() {
      const open = () => [...asked.values()].filter((operation) => operation !== NEWS && !held.has(operation))
      for (let still = 0; still < 2; still = open().length === 0 ? still + 1 : 0)
        await page.evaluate(() => new Promise(requestAnimationFrame))
    },
  }
}

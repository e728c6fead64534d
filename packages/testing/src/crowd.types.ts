import type { LightClient } from './light-client.ts'

/** A server as the crowd knows it: what it can be asked, and whether it may be away. */
export interface Target {
  readonly prefix: string
  readonly kind: 'soak' | 'reference'
  /** Whether somebody ends it now and then, so that a call may fail for that reason. */
  readonly mortal: boolean
}

export interface CrowdOptions {
  readonly client: LightClient
  readonly url: string
  readonly token: string
  readonly targets: readonly Target[]
  readonly members: number
  /** Requests under way at the same time. */
  readonly atOnce: number
  readonly random: () => number
}

export interface CrowdFigures {
  readonly done: number
  /** What was done, by its name. */
  readonly kinds: Readonly<Record<string, number>>
  /** Answers and notifications that were meant for somebody else, or for nobody. */
  readonly foreign: readonly string[]
  /** Requests that were not answered in time. */
  readonly stuck: readonly string[]
  /** Answers that are none of those that may come. */
  readonly wrong: readonly string[]
  /** Calls that a server failed which had been ended. */
  readonly away: number
  readonly reconnects: number
  /** Of calls to servers that nobody ends, in ms. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  readonly news: number
}

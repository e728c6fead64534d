import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'

/** What becomes of a request: `start` once, `data` any number of times, then one of `end` and `failed`. */
export interface HttpSink {
  start(status: number, headers: IncomingHttpHeaders): void
  data(chunk: Buffer): void
  end(): void
  failed(error: Error): void
}

export interface HttpCall {
  /** Gives it up: the sink hears nothing more. */
  abort(): void
  pause(): void
  resume(): void
}

export interface HttpRequest {
  readonly method: Dispatcher.HttpMethod
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/**
 * One request on a pool, without the streams and signals of its usual interface: those cost more than the request.
 * What a sink throws ends the request, and is its failure.
 */
export function sendRequest(pool: Pool, request: HttpRequest, sink: HttpSink): HttpCall {
  let controller: Dispatcher.DispatchController | null = null
  let over = false
  const fail = (error: Error) => {
    if (over) return
    over = true
    sink.failed(error)
  }
  const guard = (work: () => void) => {
    if (over) return
    try {
      work()
    } catch (error) {
      fail(error as Error)
      controller?.abort(error as Error)
    }
  }
  pool.dispatch(
    { ...request, body: request.body ?? null, headersTimeout: 0, bodyTimeout: 0 },
    {
      onRequestStart(given) {
        controller = given
        if (over) given.abort(new Error('Given up'))
      },
      onResponseStart(_, status, headers) {
        guard(() => sink.start(status, headers))
      },
      onResponseData(_, chunk) {
        guard(() => sink.data(chunk))
      },
      onResponseEnd() {
        if (over) return
        try {
          sink.end()
        } catch (error) {
          fail(error as Error)
        }
        over = true
      },
      onResponseError(_, error) {
        fail(error)
      },
    },
  )
  return {
    abort() {
      over = true
      controller?.abort(new Error('Given up'))
    },
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  }
}

/**
 * One exchange with a provider over undici's dispatch: nothing is buffered, the reader sets the pace, and leaving is
 * always possible. Pools are per origin.
 */
import { Pool, errors, type Dispatcher } from 'undici'

export type UpstreamTimeouts = {
  readonly connectMs: number
  /** From the request to the answer's head. */
  readonly firstByteMs: number
  /** Between two pieces of the answer. */
  readonly idleMs: number
  /** For which a caller may take nothing of an answer that waits for it. */
  readonly callerMs: number
}

export const defaultTimeouts: UpstreamTimeouts = {
  connectMs: 5_000,
  firstByteMs: 300_000,
  idleMs: 120_000,
  callerMs: 30_000,
}

/** Each open stream has one of its own. */
const connectionsPerOrigin = 10_000

export type UpstreamPools = { get(origin: string): Dispatcher; close(): Promise<void> }

export function createPools(timeouts: UpstreamTimeouts): UpstreamPools {
  const pools = new Map<string, Pool>()
  return {
    get(origin) {
      let pool = pools.get(origin)
      if (!pool) {
        pool = new Pool(origin, {
          connections: connectionsPerOrigin,
          pipelining: 1,
          connect: { timeout: timeouts.connectMs },
          headersTimeout: timeouts.firstByteMs,
          bodyTimeout: timeouts.idleMs,
          keepAliveTimeout: 60_000,
          maxHeaderSize: 32 * 1024,
        })
        pools.set(origin, pool)
      }
      return pool
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/** Takes an answer as it arrives. Paused and resumed through the flow it was given. */
export type UpstreamReceiver = {
  /** The request is about to be sent. */
  started(flow: Flow): void
  head(status: number, headers: Record<string, string | string[] | undefined>): void
  data(chunk: Buffer): void
}

export type Flow = { pause(): void; resume(): void; abort(): void }

export type Exchange =
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly timeout: boolean; readonly aborted: boolean; readonly cause: string }

/** Resolves when the exchange is over, however it ended; never rejects. */
export function exchange(
  pool: Dispatcher,
  request: { readonly path: string; readonly headers: Record<string, string>; readonly body: Buffer },
  receiver: UpstreamReceiver,
): Promise<Exchange> {
  return new Promise((resolve) => {
    let aborted = false
    pool.dispatch(
      { method: 'POST', path: request.path, headers: request.headers, body: request.body },
      {
        onRequestStart(controller) {
          receiver.started({
            pause: () => controller.pause(),
            resume: () => controller.resume(),
            abort: () => {
              aborted = true
              controller.abort(new errors.RequestAbortedError())
            },
          })
        },
        onResponseStart(_controller, status, headers) {
          if (status >= 200) receiver.head(status, headers)
        },
        onResponseData(_controller, chunk) {
          receiver.data(chunk)
        },
        onResponseEnd() {
          resolve({ kind: 'ended' })
        },
        onResponseError(_controller, error) {
          resolve({ kind: 'failed', timeout: isTimeout(error), aborted, cause: codeOf(error) })
        },
      },
    )
  })
}

function isTimeout(error: Error): boolean {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  )
}

function codeOf(error: Error & { code?: string }): string {
  return error.code ?? error.name
}

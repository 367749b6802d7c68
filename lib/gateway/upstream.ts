/**
 * One exchange with a provider over undici's dispatch: nothing is buffered, the reader sets the pace, and leaving is
 * always possible. Pools are per origin, and per connect time-out, which is the one that is a pool's own.
 */
import { Pool, errors, type Dispatcher } from 'undici'
import { defaultTimeouts as providerDefaults, type TimeoutName } from '#lib/catalog/contract.ts'

/** The first four are the defaults of what each provider may have of its own. */
export type UpstreamTimeouts = Readonly<Record<TimeoutName, number>> & {
  /** From a call's arrival to its answer's head, over all attempts: official clients wait no longer. */
  readonly answerMs: number
  /** For which a caller may take nothing of an answer that waits for it. */
  readonly callerMs: number
}

export const defaultTimeouts: UpstreamTimeouts = {
  ...providerDefaults,
  answerMs: 600_000,
  callerMs: 30_000,
}

/** Each open stream has one of its own. */
const connectionsPerOrigin = 10_000

export type UpstreamPools = { get(origin: string, connectMs?: number): Dispatcher; close(): Promise<void> }

export function createPools(timeouts: UpstreamTimeouts): UpstreamPools {
  const pools = new Map<string, Pool>()
  return {
    get(origin, connectMs = timeouts.connectMs) {
      const name = connectMs === timeouts.connectMs ? origin : `${origin} ${connectMs}`
      let pool = pools.get(name)
      if (!pool) {
        pool = new Pool(origin, {
          connections: connectionsPerOrigin,
          pipelining: 1,
          connect: { timeout: connectMs },
          headersTimeout: timeouts.firstByteMs,
          bodyTimeout: timeouts.idleMs,
          keepAliveTimeout: 60_000,
          maxHeaderSize: 32 * 1024,
        })
        pools.set(name, pool)
      }
      return pool
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

export type UpstreamCall = {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  readonly wholeMs: number
}

/** Takes an answer as it arrives. Paused and resumed through the flow it was given. */
export type UpstreamReceiver = {
  /** The request is about to be sent. */
  started(flow: Flow): void
  /** Returns whether the body is wanted. Where it is not, the exchange is over. */
  head(status: number, headers: Record<string, string | string[] | undefined>): boolean
  data(chunk: Buffer): void
}

export type Flow = { pause(): void; resume(): void; abort(): void }

export type Exchange =
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly timeout: boolean; readonly aborted: boolean; readonly cause: string }

/** undici's own time-out comes first where it is a new connection that is late. */
const connectGraceMs = 1_000
/** An unwanted body is read this far, so that its connection can serve the next call. */
const unwantedBytes = 64 * 1024
const unwantedMs = 1_000

/** Resolves when the exchange is over, however it ended; never rejects. */
export function exchange(pool: Dispatcher, call: UpstreamCall, receiver: UpstreamReceiver): Promise<Exchange> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | null = null
    let timer: NodeJS.Timeout | undefined
    let aborted = false
    let isOver = false
    let unwanted = 0
    const wholeTimer = setTimeout(() => {
      over({ kind: 'failed', timeout: true, aborted: false, cause: 'not whole in time' })
      leave()
    }, call.wholeMs)

    function over(how: Exchange): void {
      isOver = true
      clearTimeout(timer)
      clearTimeout(wholeTimer)
      resolve(how)
    }
    function leave(): void {
      controller?.abort(new errors.RequestAbortedError())
    }

    receiver.started({
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      abort() {
        aborted = true
        if (controller) leave()
        else over({ kind: 'failed', timeout: false, aborted, cause: 'UND_ERR_ABORTED' })
      },
    })
    if (aborted) return

    pool.dispatch(
      {
        method: 'POST',
        path: call.path,
        headers: call.headers,
        body: call.body,
        headersTimeout: call.firstByteMs,
        bodyTimeout: call.idleMs,
      },
      {
        onRequestStart(started) {
          controller = started
          if (isOver) leave()
          else clearTimeout(timer)
        },
        onResponseStart(_controller, status, headers) {
          if (isOver || status < 200 || receiver.head(status, headers)) return
          over({ kind: 'ended' })
          timer = setTimeout(leave, unwantedMs).unref()
        },
        onResponseData(_controller, chunk) {
          if (!isOver) return receiver.data(chunk)
          unwanted += chunk.length
          if (unwanted > unwantedBytes) leave()
        },
        onResponseEnd() {
          over({ kind: 'ended' })
        },
        onResponseError(_controller, error) {
          over({ kind: 'failed', timeout: isTimeout(error), aborted, cause: codeOf(error) })
        },
      },
    )
    // A request that is on its way already, as on a connection that waits, costs no timer.
    if (controller || isOver) return
    timer = setTimeout(
      () => over({ kind: 'failed', timeout: true, aborted: false, cause: 'no connection in time' }),
      call.connectMs + connectGraceMs,
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

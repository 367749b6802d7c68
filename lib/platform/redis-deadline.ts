/**
 * How long the call path waits for Redis, and what it does with one that does not answer.
 *
 * A question that is not answered within the deadline has failed. Where half a second passes in which every question
 * failed, Redis is away: from then on questions fail at once, so that nobody waits for what will not come, until a PING is
 * answered in time. What no caller waits for (a settlement) is patient: it is asked even then, and may take two seconds.
 *
 * A deadline counts the time in which this process was idle, waiting, so that its own work never makes Redis look slow;
 * two seconds by the clock are the bound.
 */
import { performance } from 'node:perf_hooks'
import type { RedisClient } from '#lib/platform/redis.ts'

const patienceMs = 2_000
const awayAfterMs = 500
const probeEveryMs = 100

/** Redis did not answer in time, cannot be reached, or cannot take what it is told (full, loading, read only). */
export class RedisAwayError extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options)
    this.name = 'RedisAwayError'
  }
}

type Watch = {
  readonly deadlineMs: number
  /** Since when every question failed; null while the last was answered in time. */
  failingSinceMs: number | null
  isAway: boolean
}

const watches = new WeakMap<RedisClient, Watch>()

/** From now on this client is the call path's. Other clients wait as their options say. */
export function watchDeadline(redis: RedisClient, deadlineMs: number): void {
  watches.set(redis, { deadlineMs, failingSinceMs: null, isAway: false })
}

/** Whether questions to this Redis fail at once now. */
export function isAway(redis: RedisClient): boolean {
  return watches.get(redis)?.isAway ?? false
}

/**
 * Asks Redis. Throws RedisAwayError, or what Redis answers instead: `send` issues the command.
 * `isPatient`: no caller waits for the answer.
 */
export async function withinDeadline<T>(redis: RedisClient, send: () => Promise<T>, isPatient = false): Promise<T> {
  const watch = watches.get(redis)
  if (!watch) return send()
  if (watch.isAway && !isPatient) throw new RedisAwayError('Redis does not answer')
  const sentMs = idleMs()
  try {
    const answer = await inTime(send(), isPatient ? patienceMs : watch.deadlineMs)
    if (idleMs() - sentMs <= watch.deadlineMs) watch.failingSinceMs = null
    else failed(redis, watch)
    return answer
  } catch (error) {
    if (isRefusal(error)) throw error
    failed(redis, watch)
    throw error instanceof RedisAwayError ? error : new RedisAwayError('Redis cannot be asked', { cause: error })
  }
}

/**
 * The deadline of one caller who waits for an answer that comes in company. `late` runs where it does not come in time.
 * Throws RedisAwayError.
 */
export function callerWaits<T>(redis: RedisClient, answer: Promise<T>, late: () => void): Promise<T> {
  const watch = watches.get(redis)
  if (!watch) return answer
  return inTime(answer, watch.deadlineMs, () => {
    failed(redis, watch)
    late()
  })
}

/** Redis was reached and said no, which a second try would not change. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !cannotTake.test(error.message)
}

const cannotTake = /^(OOM|MISCONF|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNBLOCKED)\b/

function failed(redis: RedisClient, watch: Watch): void {
  const nowMs = performance.now()
  watch.failingSinceMs ??= nowMs
  if (watch.isAway || nowMs - watch.failingSinceMs < awayAfterMs) return
  watch.isAway = true
  probe(redis, watch)
}

function probe(redis: RedisClient, watch: Watch): void {
  const timer = setTimeout(() => {
    if (redis.status === 'end') return
    inTime(redis.ping(), watch.deadlineMs).then(
      () => {
        watch.isAway = false
        watch.failingSinceMs = null
      },
      () => probe(redis, watch),
    )
  }, probeEveryMs)
  timer.unref()
}

/** For how long this process has had nothing to do since it began, ms. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle
}

function inTime<T>(answer: Promise<T>, withinMs: number, late?: () => void): Promise<T> {
  const startedMs = performance.now()
  const idleAtStart = idleMs()
  return new Promise((resolve, reject) => {
    let timer = setTimeout(look, withinMs)
    function look(): void {
      const leftMs = withinMs - (idleMs() - idleAtStart)
      if (leftMs > 1 && performance.now() - startedMs < patienceMs) timer = setTimeout(look, leftMs)
      else {
        late?.()
        reject(new RedisAwayError(`Redis did not answer within ${withinMs} ms`))
      }
    }
    answer.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error as Error)
      },
    )
  })
}

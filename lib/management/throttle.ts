/**
 * How fast one person may create things by self-service. Guardrails bound how many; this bounds a script gone wild, or a
 * stolen session. Automation has API tokens, and admins import in bulk: neither is held up.
 *
 * Without Redis nobody is held up: the guardrails of the database still stand.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import type { Answer } from '#lib/management/write-answer.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'

const createsPerMinute = 60

/** Runs `create` where there is room this minute. Counted before it runs, and given back where nothing came of it. */
export async function throttled(
  { redis, clock, log }: Context,
  actor: Actor,
  endpoint: Endpoint,
  create: () => Promise<Answer>,
): Promise<Answer> {
  if (!isHeldUp(actor, endpoint)) return create()
  const nowMs = clock.nowMs()
  const minute = Math.floor(nowMs / 60_000)
  const key = `{gh}:creates:${actor.id}:${minute}`
  const uncounted = (error: unknown) => {
    log.warn({ err: error }, 'creations are not counted')
    return null
  }
  const counted = await redis.multi().incr(key).expire(key, 120).exec().catch(uncounted)
  if (Number(counted?.[0]?.[1] ?? 0) > createsPerMinute) {
    await redis.decr(key).catch(uncounted)
    const retryAfterSeconds = Math.ceil(((minute + 1) * 60_000 - nowMs) / 1000)
    const message = `At most ${createsPerMinute} things may be created a minute. Wait ${retryAfterSeconds} seconds.`
    throw new AppError('too_many_requests', message, { details: { retryAfterSeconds } })
  }
  try {
    return await create()
  } catch (error) {
    await redis.decr(key).catch(uncounted)
    throw error
  }
}

function isHeldUp(actor: Actor, { method, status }: Endpoint): boolean {
  return method === 'POST' && status === 201 && actor.kind === 'user' && !actor.roles.has('admin')
}

/**
 * How fast one person may create things by self-service. Guardrails bound how many; this bounds a script gone wild, or a
 * stolen session. Automation has API tokens, and admins import in bulk: neither is held up.
 *
 * Without Redis nobody is held up: the guardrails of the database still stand.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'

const createsPerMinute = 60

export async function throttleCreation(
  { redis, clock, log }: Context,
  actor: Actor,
  endpoint: Endpoint,
): Promise<void> {
  if (endpoint.method !== 'POST' || endpoint.status !== 201 || actor.kind !== 'user' || actor.roles.has('admin')) return
  const nowMs = clock.nowMs()
  const minute = Math.floor(nowMs / 60_000)
  const key = `{gh}:creates:${actor.id}:${minute}`
  const counted = await redis
    .multi()
    .incr(key)
    .expire(key, 120)
    .exec()
    .catch((error: unknown) => {
      log.warn({ err: error }, 'creations are not counted')
      return null
    })
  if (Number(counted?.[0]?.[1] ?? 0) <= createsPerMinute) return
  const retryAfterSeconds = Math.ceil(((minute + 1) * 60_000 - nowMs) / 1000)
  throw new AppError(
    'too_many_requests',
    `At most ${createsPerMinute} things may be created a minute. Wait ${retryAfterSeconds} seconds.`,
    {
      details: { retryAfterSeconds },
    },
  )
}

/** What callers hear when providers fail: in our words, and what to do next. Pure. */
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Failure } from '#lib/routing/failure.ts'

/**
 * When no target answered. `coolsUntilMs` where none was asked, since all providers have said to wait until then;
 * `last` is how the last attempt failed, null where there was no time for any.
 */
export function upstreamRefusal(
  plan: CallPlan,
  coolsUntilMs: number | null,
  last: Failure | null,
  nowMs: number,
): Refusal {
  const names = providersOf(plan)
  if (coolsUntilMs !== null) {
    const retryAfterSeconds = Math.max(1, Math.ceil((coolsUntilMs - nowMs) / 1_000))
    return {
      code: 'rate_limit_exceeded',
      message: `The provider (${names}) takes no more calls for ${retryAfterSeconds} s; this is its limit, not one of yours. Nothing was charged. Try again then, or use another model.`,
      retryAfterSeconds,
    }
  }
  return last === null || last === 'timeout'
    ? {
        code: 'upstream_timeout',
        message: `The provider (${names}) did not answer in time. Nothing was charged. Try again, or use another model.`,
      }
    : {
        code: 'upstream_error',
        message: `The provider (${names}) failed. Nothing was charged. Try again, or use another model.`,
      }
}

/** After the first byte: what had been produced is charged. */
export function brokenOffRefusal(plan: CallPlan, timeout: boolean): Refusal {
  return {
    code: timeout ? 'upstream_timeout' : 'upstream_error',
    message: `The answer of the provider (${providersOf(plan)}) broke off. What it had produced is charged.`,
  }
}

function providersOf(plan: CallPlan): string {
  return [...new Set(plan.targets.map((target) => target.deployment.provider.name))].join(', ')
}

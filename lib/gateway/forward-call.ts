/**
 * Calls the plan's targets in order until one answers. Failover happens only before the first byte has reached the caller.
 */
import type { CarriedCall } from '#lib/gateway/carry-call.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import { relayAnswer, watchCaller, type Caller, type Relayed, type Relaying } from '#lib/gateway/relay-answer.ts'
import type { Ending } from '#lib/gateway/usage-event.ts'
import type { WrittenAttempt } from '#lib/ledger/contract.ts'
import { afterAnswer } from '#lib/routing/after-answer.ts'
import { chooseCredential } from '#lib/routing/choose-credential.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'

export type Forwarding = Omit<Relaying, 'modelName' | 'brokenOff'> & {
  readonly plan: CallPlan
  readonly carry: (target: RouteTarget) => CarriedCall
  readonly random: () => number
  /** Sends the refusal when no target answered. */
  readonly refuse: (refusal: Refusal) => void
}

export async function forwardCall(f: Forwarding): Promise<Ending> {
  const attempts: WrittenAttempt[] = []
  const caller = watchCaller(f.reply)
  const relaying: Relaying = {
    ...f,
    modelName: f.plan.model.name,
    brokenOff: (timeout) => brokenOff(f.plan, timeout),
  }
  let timeout = false

  for (const [index, target] of f.plan.targets.entries()) {
    const { deployment } = target
    const startMs = f.nowMs() - f.startedMs
    const credential = chooseCredential(deployment.provider.credentials, f.random())
    const isLast = index === f.plan.targets.length - 1
    const relayed = await relayAnswer(
      relaying,
      caller,
      target,
      f.carry(target),
      credential?.secret.reveal() ?? null,
      ({ status }) => afterAnswer(status, isLast),
    )
    attempts.push({
      provider: deployment.provider.name,
      deploymentId: deployment.id,
      upstreamModel: deployment.upstreamModel,
      region: deployment.region,
      credentialId: credential?.id ?? null,
      startMs,
      durationMs: f.nowMs() - f.startedMs - startMs,
      status: statusOf(relayed),
      error:
        relayed.kind === 'aborted' ? 'aborted' : relayed.exchange.kind === 'failed' ? relayed.exchange.cause : null,
    })
    const base = { attempts, totalMs: f.nowMs() - f.startedMs, served: target }

    if (relayed.kind === 'aborted') {
      return { ...base, outcome: 'aborted', status: 499, errorCode: null, reading: caller.reading(), firstByteMs: null }
    }
    if (relayed.kind === 'answered') return { ...base, ...endingOf(relayed, caller) }
    timeout = relayed.exchange.kind === 'failed' && relayed.exchange.timeout
  }

  const refusal = upstreamRefusal(f.plan, timeout)
  f.refuse(refusal)
  return {
    outcome: 'failed',
    status: timeout ? 504 : 502,
    errorCode: refusal.code,
    attempts,
    served: f.plan.targets.at(-1)!,
    reading: null,
    firstByteMs: null,
    totalMs: f.nowMs() - f.startedMs,
  }
}

function statusOf(relayed: Relayed): number | null {
  if (relayed.kind === 'aborted') return null
  return relayed.kind === 'answered' ? relayed.status : (relayed.head?.status ?? null)
}

function endingOf(
  relayed: Extract<Relayed, { kind: 'answered' }>,
  caller: Caller,
): Pick<Ending, 'outcome' | 'status' | 'errorCode' | 'reading' | 'firstByteMs'> {
  const { status, reading, firstByteMs } = relayed
  if (status >= 300) return { outcome: 'failed', status, errorCode: `upstream_${status}`, reading: null, firstByteMs }
  if (relayed.exchange.kind === 'failed') {
    const code = relayed.exchange.timeout ? 'upstream_timeout' : 'upstream_error'
    return { outcome: 'cut', status, errorCode: code, reading: caller.reading(), firstByteMs }
  }
  return { outcome: 'served', status, errorCode: null, reading, firstByteMs }
}

function upstreamRefusal(plan: CallPlan, timeout: boolean): Refusal {
  const names = providersOf(plan)
  return timeout
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
export function brokenOff(plan: CallPlan, timeout: boolean): Refusal {
  return {
    code: timeout ? 'upstream_timeout' : 'upstream_error',
    message: `The answer of the provider (${providersOf(plan)}) broke off. What it had produced is charged.`,
  }
}

function providersOf(plan: CallPlan): string {
  return [...new Set(plan.targets.map((target) => target.deployment.provider.name))].join(', ')
}

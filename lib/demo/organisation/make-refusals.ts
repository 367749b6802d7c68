/** The demo's refused calls, and the rules that its receipts tell about. Pure. */
import type { CatalogDeployment, CatalogModel } from '#lib/catalog/snapshot.ts'
import type { Key } from '#lib/demo/organisation/company.ts'
import type { Random } from '#lib/demo/organisation/random.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export type Money = { readonly spent: bigint; readonly held: bigint; readonly cap: bigint | null }

export function refusalRate({ kind, habit }: Key): number {
  return kind === 'agent' ? 0.02 : habit.rhythm === 'nightly' ? 0.015 : 0.004
}

function endedCode({ status }: Key): string {
  return status === 'expired'
    ? 'key_expired'
    : status === 'suspended'
      ? 'key_suspended'
      : status === 'quarantined'
        ? 'key_quarantined'
        : 'key_revoked'
}

/** A call with a key whose time is over. */
export function refusedEnded(event: EventRow, key: Key): EventRow {
  return refused(event, endedCode(key), 401, 'This key no longer works.', [statusRule(key)])
}

function refused(event: EventRow, code: string, status: number, message: string, rules: TestedRule[]): EventRow {
  return {
    ...event,
    outcome: 'refused',
    status: code === 'key_quarantined' ? 403 : status,
    errorCode: code,
    decision: { ...event.decision, code, message, rules },
  }
}

const plain = { limit: null, held: null, unit: null, resetsAtMs: null }

function statusRule(key: Key, passed: boolean = false): TestedRule {
  const scope = { type: 'key', id: key.id, name: key.name }
  return { ...plain, rule: 'key_status', passed, scope, source: 'key', used: passed ? 'active' : key.status }
}

export function refusedModel(event: EventRow, key: Key): EventRow {
  const model = 'claude-opus-4-5'
  const message = `This key may not use the model "${model}": the access profile "Restricted" does not allow it.`
  const rule: TestedRule = {
    ...plain,
    rule: 'model',
    passed: false,
    scope: null,
    source: 'profile Restricted',
    used: model,
  }
  return {
    ...refused(event, 'model_not_allowed', 403, message, [statusRule(key, true), rule]),
    modelAsked: model,
    model: null,
  }
}

export function refusedRate(event: EventRow, key: Key, random: Random): EventRow {
  const seconds = random.whole(1, 40)
  const limit = 600
  const scope = { type: 'key', id: key.id, name: key.name }
  const resetsAtMs = Date.parse(event.at) + seconds * 1000
  const rule: TestedRule = {
    rule: 'rpm',
    passed: false,
    scope,
    source: null,
    limit,
    used: limit,
    held: null,
    unit: 'requests a minute',
    resetsAtMs,
  }
  const message = `Key "${key.name}" may use 600 requests a minute, and 600 are in use. Try again in ${seconds} s.`
  return refused({ ...event, model: event.modelAsked }, 'rate_limit_exceeded', 429, message, [
    statusRule(key, true),
    rule,
  ])
}

/** What calls ask for that a cap refuses. */
export const outputAskedAtCap = 32_768

export function refusedBudget(event: EventRow, key: Key, { spent, held, cap }: Money, atMs: number): EventRow {
  const left = (cap ?? 0n) - spent
  const resetsAtMs = monthAfter(atMs)
  const message =
    `This call needs up to $${usdOfNanos(held)}, and key "${key.name}" has $${usdOfNanos(left > 0n ? left : 0n)} left of its ` +
    `$${usdOfNanos(cap ?? 0n)} this month (spent $${usdOfNanos(spent)}, held for running calls $0). It resets at ${new Date(resetsAtMs).toISOString()}.`
  const rules = [statusRule(key, true), budgetRule(key, { spent, held: 0n, cap }, atMs, false)]
  const refusal = refused({ ...event, model: event.modelAsked }, 'insufficient_quota', 429, message, rules)
  return {
    ...refusal,
    decision: {
      ...refusal.decision,
      heldNanos: held.toString(),
      outputAsked: outputAskedAtCap,
      outputAllowed: outputAskedAtCap,
    },
  }
}

function budgetRule(key: Key, { spent, held, cap }: Money, atMs: number, passed: boolean): TestedRule {
  return {
    rule: 'budget_month',
    passed,
    scope: { type: 'key', id: key.id, name: key.name },
    source: key.budget?.posture ?? 'hard',
    limit: (cap ?? 0n).toString(),
    used: spent.toString(),
    held: held.toString(),
    unit: 'nanos',
    resetsAtMs: monthAfter(atMs),
  }
}

export function passedRules(
  key: Key,
  model: CatalogModel,
  deployment: CatalogDeployment,
  money: Money,
  atMs: number,
  random: Random,
): TestedRule[] {
  const passed = (rule: string, source: string | null, used: string): TestedRule => ({
    ...plain,
    rule,
    passed: true,
    scope: null,
    source,
    used,
  })
  const scope = { type: 'key', id: key.id, name: key.name }
  const limit = (rule: string, most: number, used: number, unit: string): TestedRule => ({
    rule,
    passed: true,
    scope,
    source: null,
    limit: most,
    used,
    held: null,
    unit,
    resetsAtMs: atMs + random.whole(100, 20_000),
  })
  return [
    statusRule(key, true),
    passed('principal_status', null, 'active'),
    passed('endpoint', null, 'chat'),
    passed('model', null, model.name),
    passed('provider', null, deployment.provider.name),
    passed('region', null, deployment.region),
    limit('rpm', 600, random.whole(0, 40), 'requests a minute'),
    limit('tpm', 1_000_000, random.whole(0, 90_000), 'tokens a minute'),
    limit('concurrency', 64, random.whole(0, 4), 'calls at once'),
    ...(money.cap === null ? [] : [budgetRule(key, money, atMs, true)]),
  ]
}

function monthAfter(atMs: number): number {
  const at = new Date(atMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)
}

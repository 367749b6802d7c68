/**
 * How much of each limit and budget is in use right now: what the call path would find, read from the same records in
 * Redis. A budget period that Redis does not know is what the ledger has booked. Reads only; nothing is seeded here.
 */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { capNanos } from '#lib/limits/rule-set.ts'
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import { findKey, findUsableKeysOf, type KeyRow } from '#lib/limits/key-facts-store.ts'
import { budgetKey, readPeriod } from '#lib/limits/keys.ts'
import { recordOf, redisNow } from '#lib/limits/read-uses.ts'
import { sourceOfBudget, sourceOfLimit, type LimitSource } from '#lib/limits/rules/limit-source.ts'
import { limitUse, type LimitUse } from '#lib/limits/rules/limit-use.ts'
import { spentInLedger } from '#lib/limits/spent-store.ts'
import { budgetWindow, limitWindow, type Window } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { loadGrantFacts } from '#lib/policy/load-grant.ts'
import { compileGrant } from '#lib/policy/rules/compile-grant.ts'

export type LimitReading = LimitUse & { readonly rule: LimitRule; readonly source: LimitSource }

export type BudgetReading = {
  readonly rule: BudgetRule
  readonly source: LimitSource
  readonly window: Window
  readonly spentNanos: bigint
  readonly heldNanos: bigint
  /** Where calls are refused; null where the budget only alerts. */
  readonly capNanos: bigint | null
}

export type KeyLimits = {
  readonly key: { readonly id: string; readonly name: string; readonly last4: string; readonly status: string }
  readonly limits: readonly LimitReading[]
  readonly budgets: readonly BudgetReading[]
}

export type LimitsReading = { readonly atMs: number; readonly keys: readonly KeyLimits[] }

const mostKeys = 100

/** The limits of one key that the actor may see, or of all keys that are the actor's own. */
export async function readLimits(
  context: Context,
  actor: Actor,
  { keyId }: { readonly keyId?: string | undefined } = {},
): Promise<LimitsReading> {
  const keys = keyId === undefined ? await ownKeys(context, actor) : [await visibleKey(context, actor, keyId)]
  const atMs = await fromRedis(context, ({ redis }) => redisNow(redis))
  const read = await Promise.all(keys.map((key) => readKey(context, key, atMs)))
  return { atMs, keys: read.filter((key) => key !== null) }
}

async function ownKeys({ db }: Context, actor: Actor): Promise<readonly KeyRow[]> {
  return actor.kind === 'user' ? findUsableKeysOf(db, actor.id, mostKeys) : []
}

async function visibleKey({ db }: Context, actor: Actor, keyId: string): Promise<KeyRow> {
  const key = await findKey(db, keyId)
  if (!key || !may(actor, 'key.read', key)) throw notFound('key')
  return key
}

async function readKey(context: Context, key: KeyRow, nowMs: number): Promise<KeyLimits | null> {
  const [secret] = key.secrets
  const facts = secret && (await loadGrantFacts(context.db, Buffer.from(secret.digest), nowMs))
  if (!facts) return null
  const grant = compileGrant(facts)
  const layers = { profile: facts.profile, overrides: facts.key.overrides }
  const limitWindows = grant.limits.map((rule) => limitWindow(rule.kind, grant.timeZone, nowMs))
  const budgetWindows = grant.budgets.map((rule) => budgetWindow(rule.period, rule.timeZone, nowMs))
  const [used, spent] = await fromRedis(context, async ({ redis }) =>
    Promise.all([
      Promise.all(grant.limits.map((rule, i) => recordOf(redis, rule, limitWindows[i]!, nowMs))),
      Promise.all(grant.budgets.map((rule, i) => redis.get(budgetKey(rule, budgetWindows[i]!)))),
    ]),
  )
  return {
    key: { id: key.id, name: key.name, last4: secret.last4, status: key.status },
    limits: grant.limits.map((rule, i) => ({
      rule,
      source: sourceOfLimit(rule, layers),
      ...limitUse(rule.kind, rule.limit, used[i]!, limitWindows[i]!, nowMs),
    })),
    budgets: await Promise.all(
      grant.budgets.map((rule, i) => budgetReading(context, rule, budgetWindows[i]!, spent[i]!)),
    ),
  }
}

async function budgetReading(
  { sql }: Context,
  rule: BudgetRule,
  window: Window,
  record: string | null,
): Promise<BudgetReading> {
  const cap = capNanos(rule)
  const period = readPeriod(record)
  return {
    rule,
    source: sourceOfBudget(rule),
    window,
    spentNanos: period?.spentNanos ?? (await spentInLedger(sql, rule.scope, window, [])),
    heldNanos: period?.heldNanos ?? 0n,
    capNanos: cap === null ? null : BigInt(cap),
  }
}

async function fromRedis<Value>(context: Context, read: (context: Context) => Promise<Value>): Promise<Value> {
  try {
    return await read(context)
  } catch (cause) {
    throw new AppError('service_unavailable', 'Live limits cannot be read right now. Try again in a moment.', { cause })
  }
}

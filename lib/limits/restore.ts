/**
 * RESTORE: gives a Redis that lost its data what calls are judged by: versions, budget periods, windows of the hour and
 * the day. Gateways need not wait for it: a version that is missing sends them to PostgreSQL, a budget period that is
 * missing is seeded. It may run twice, and while calls are admitted and settled.
 *
 * Not restored: buckets (a minute at most), windows of environments, groups, tags and of some models, and the holds of calls that were running, whose settlements are counted when
 * they come.
 */
import { findBudgetsInForce } from '#lib/limits/budget-store.ts'
import type { LimitKind, Scope, ScopeType } from '#lib/limits/contract.ts'
import { callFunction, loadFunctions } from '#lib/limits/functions.ts'
import { expiryIndex, limitKey } from '#lib/limits/keys.ts'
import { costOfCall, noTokens, type CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import { createSeeder, fieldOf, isOfScope, readStream, spentOnTheWay, type StreamEvent } from '#lib/limits/seed.ts'
import { spentByScope, spentInLedger, usedByScope, type ScopeUse } from '#lib/limits/spent-store.ts'
import { budgetWindow, limitWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'
import { pageOfVersions, writeVersions } from '#lib/policy/versions.ts'

type Ports = Pick<Context, 'db' | 'sql' | 'redis' | 'clock'>

const atOnce = 1_000
const seedsAtOnce = 8

export async function restore(ports: Ports): Promise<{ versions: number; budgets: number; windows: number }> {
  await loadFunctions(ports.redis)
  return {
    versions: await restoreVersions(ports),
    budgets: await restoreBudgets(ports),
    windows: await restoreWindows(ports),
  }
}

async function restoreVersions({ db, redis }: Ports): Promise<number> {
  let count = 0
  for (let after = ''; ;) {
    const versions = await pageOfVersions(db, after, atOnce)
    await writeVersions(redis, versions)
    count += versions.length
    if (versions.length < atOnce) return count
    after = versions.at(-1)!.subject
  }
}

/** Budgets of which something is spent; the others are seeded by the first call that needs them, at once. */
async function restoreBudgets({ db, sql, redis, clock }: Ports): Promise<number> {
  const seed = createSeeder(redis, (scope, window, except) => spentInLedger(sql, scope, window, except))
  const travelling = await readStream(redis, '+')
  let count = 0
  for (let after = ''; ;) {
    const budgets = await findBudgetsInForce(db, after, atOnce)
    const periods = budgets.map((rule) => ({ rule, window: budgetWindow(rule.period, rule.timeZone, clock.nowMs()) }))
    const groups = new Map<string, typeof periods>()
    for (const period of periods) {
      const name = `${period.rule.scope.type} ${period.window.startMs} ${period.window.endMs}`
      groups.set(name, [...(groups.get(name) ?? []), period])
    }
    for (const group of groups.values()) {
      const { rule, window } = group[0]!
      const ids = group.map((period) => period.rule.scope.id)
      const booked = await spentByScope(sql, rule.scope.type, ids, window)
      const used = group.filter(
        (one) => booked.has(one.rule.scope.id) || spentOnTheWay(travelling, one.rule.scope, one.window) > 0n,
      )
      for (let i = 0; i < used.length; i += seedsAtOnce) {
        await Promise.all(used.slice(i, i + seedsAtOnce).map((one) => seed(one.rule, one.window)))
      }
      count += used.length
    }
    if (budgets.length < atOnce) return count
    after = budgets.at(-1)!.id
  }
}

const limitedScopes = ['key', 'user', 'team', 'project', 'workload', 'business_unit', 'organisation'] as const

/**
 * What was used in this hour and this day, by whoever used anything: what is booked and on its way. A window that counts
 * more already stays; calls that still run are in neither, and are few.
 */
async function restoreWindows({ sql, db, redis, clock }: Ports): Promise<number> {
  const organisation = await db.organisation.findFirst({ select: { id: true, timeZone: true } })
  if (!organisation) return 0
  const nowMs = clock.nowMs()
  const [hour, day] = [
    limitWindow('rph', organisation.timeZone, nowMs),
    limitWindow('rpd', organisation.timeZone, nowMs),
  ]
  const travelling = await readStream(redis, '+')
  let count = 0
  for (const type of limitedScopes) {
    const used = await usedByScope(sql, type, organisation.id, hour, day)
    for (const id of scopesOf(travelling, type, organisation.id)) used.set(id, used.get(id) ?? nothing)
    const windows = [...used].flatMap(([id, booked]) => {
      const scope: Scope = { type, id, name: '' }
      const onTheWay = travelling.filter((event) => isOfScope(event, scope) && isCall(event))
      const ofHour = onTheWay.filter(({ at }) => at >= hour.startMs && at < hour.endMs).length
      const ofDay = onTheWay.filter(({ at }) => at >= day.startMs && at < day.endMs)
      const tokens = ofDay.map(tokensOf).reduce(plus, booked.tokensOfDay)
      const window = (kind: LimitKind, amount: number) => {
        const { endMs } = kind === 'rph' ? hour : day
        const name = limitKey({ scope, kind, limit: 0 }, kind === 'rph' ? hour : day)
        return amount > 0 ? [[name, amount, endMs] as const] : []
      }
      return [
        ...window('rph', booked.callsOfHour + ofHour),
        ...window('rpd', booked.callsOfDay + ofDay.length),
        ...(['tpd', 'itpd', 'otpd'] as const).flatMap((kind) => window(kind, costOfCall(kind, tokens))),
      ]
    })
    for (let i = 0; i < windows.length; i += atOnce) {
      await callFunction(redis, 'gatehouse_raise_windows', [expiryIndex], windows.slice(i, i + atOnce).flat())
    }
    count += windows.length
  }
  return count
}

const nothing: ScopeUse = { callsOfHour: 0, callsOfDay: 0, tokensOfDay: noTokens }

const plus = (one: CallTokens, other: CallTokens): CallTokens => ({
  input: one.input + other.input,
  output: one.output + other.output,
})

function scopesOf(events: readonly StreamEvent[], type: ScopeType, organisationId: string): Set<string> {
  const field = fieldOf[type]
  const ids = events.map((event) => (field === undefined ? organisationId : event[field]))
  return new Set(ids.filter((id) => typeof id === 'string'))
}

function isCall({ kind, outcome }: StreamEvent): boolean {
  return (kind === undefined || kind === 'call') && outcome !== 'refused'
}

function tokensOf({ tokens }: StreamEvent): CallTokens {
  const { input = 0, cached_read = 0, output = 0 } = (tokens ?? {}) as Record<string, number>
  return { input: input + cached_read, output }
}

/**
 * The morning look: traffic, money, providers, what needs somebody, and whether limits are exact. Every part is read by
 * itself, so that one which fails leaves the others standing; a part that could not be read is null, and the page says so.
 */
import type { Actor } from '#lib/identity/contract.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { budgetKey, openHolds, readPeriod } from '#lib/limits/keys.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden } from '#lib/platform/errors.ts'
import { providerCondition } from '#lib/reports/rules/provider-state.ts'
import {
  callsByProvider,
  eventsSetAside,
  everyProvider,
  organisationMonthlyBudget,
  refusalsOfSample,
  sampleSize,
  spentBetween,
  unpricedBetween,
  timingOfSample,
  trafficOfTwoPeriods,
  triesByProvider,
  type Slice,
  type TrafficRow,
} from '#lib/reports/overview-store.ts'
import {
  keysThatNeedSomebody,
  modelsThatEnd,
  modelsWithoutPrice,
  quarantined,
  type NamedRow,
  type NamedSet,
} from '#lib/reports/attention-store.ts'
import {
  overviewPeriods,
  type Attention,
  type AttentionKind,
  type Exactness,
  type Overview,
  type OverviewInput,
  type ProviderHealth,
  type RefusalReason,
  type Spend,
  type Timing,
  type Traffic,
} from '#lib/reports/overview-contract.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export async function readOverview(context: Context, actor: Actor, input: OverviewInput): Promise<Overview> {
  if (!may(actor, 'overview.read')) throw forbidden('The overview is for admins and viewers.')
  const nowMs = context.clock.nowMs()
  const hours = overviewPeriods[input.period]
  // Whole hours, as the rollups have them; the running hour is the last one.
  const fromMs = nowMs - (nowMs % hourMs) - (hours - 1) * hourMs
  const slice: Slice = { from: new Date(fromMs), environment: input.environment }
  const part = async <T>(name: string, read: Promise<T>): Promise<T | null> =>
    read.catch((error: unknown) => {
      context.log.warn({ err: error, part: name }, 'a part of the overview could not be read')
      return null
    })
  const [traffic, timing, spend, providers, refusals, attention, exactness, ledger] = await Promise.all([
    part('traffic', readTraffic(context, slice, hours, nowMs)),
    part('timing', readTiming(context, slice)),
    part('spend', readSpend(context, actor, input.environment, nowMs)),
    part('providers', readProviders(context, slice, hours, nowMs)),
    part('refusals', readRefusals(context, actor, slice)),
    part('attention', readAttention(context, actor, nowMs)),
    part('exactness', readExactness(context, actor, nowMs)),
    part(
      'ledger',
      eventsSetAside(context.db).then((setAside) => ({ setAside })),
    ),
  ])
  return { atMs: nowMs, traffic, timing, spend, providers, refusals, attention, exactness, ledger }
}

/** The providers alone, over the last 24 hours, for their own page. */
export async function readProviderHealth(context: Context, actor: Actor): Promise<readonly ProviderHealth[]> {
  if (!may(actor, 'provider.health')) throw forbidden('Provider health is for admins, auditors and viewers.')
  const nowMs = context.clock.nowMs()
  const fromMs = nowMs - (nowMs % hourMs) - 23 * hourMs
  return readProviders(context, { from: new Date(fromMs), environment: null }, 24, nowMs)
}

async function readTraffic({ sql }: Context, slice: Slice, hours: number, nowMs: number): Promise<Traffic> {
  const before = new Date(slice.from.getTime() - hours * hourMs)
  const rows = await trafficOfTwoPeriods(sql, slice, before, new Date(nowMs))
  const of = (isCurrent: boolean): TrafficRow | undefined => rows.find((row) => row.isCurrent === isCurrent)
  const current = of(true)
  return {
    calls: Number(current?.calls ?? 0n),
    refused: Number(current?.refused ?? 0n),
    callsBefore: Number(of(false)?.calls ?? 0n),
    people: Number(current?.people ?? 0n),
    workloads: Number(current?.workloads ?? 0n),
  }
}

async function readTiming({ sql }: Context, slice: Slice): Promise<Timing> {
  const row = await timingOfSample(sql, slice)
  const calls = Number(row?.events ?? 0n)
  return {
    addedP50Ms: row?.addedMs?.[0] ?? null,
    addedP95Ms: row?.addedMs?.[1] ?? null,
    firstTokenP50Ms: row?.firstTokenMs ?? null,
    calls,
    sinceMs: calls >= sampleSize ? (row?.oldest?.getTime() ?? null) : null,
  }
}

async function readSpend(
  { sql, db }: Context,
  actor: Actor,
  environment: string | null,
  nowMs: number,
): Promise<Spend> {
  const now = new Date(nowMs)
  const monthStartMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
  const lastMonthStartMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)
  // The 31st has no equal in a shorter month: then all of that month counts.
  const lastMonthToMs = Math.min(lastMonthStartMs + (nowMs - monthStartMs), monthStartMs)
  const [spentNanos, unpricedCalls, lastMonthNanos, budget] = await Promise.all([
    spentBetween(sql, new Date(monthStartMs), new Date(nowMs), environment),
    unpricedBetween(sql, new Date(monthStartMs), new Date(nowMs), environment),
    spentBetween(sql, new Date(lastMonthStartMs), new Date(lastMonthToMs), environment),
    // The organisation's budget says nothing about one environment of it.
    may(actor, 'budget.read') && environment === null ? organisationMonthlyBudget(db) : null,
  ])
  return { monthStartMs, spentNanos, unpricedCalls, lastMonthNanos, budgetNanos: budget?.amountNanos ?? null }
}

async function readProviders(
  { sql, db }: Context,
  slice: Slice,
  hours: number,
  nowMs: number,
): Promise<ProviderHealth[]> {
  const [entries, hourly, tries] = await Promise.all([
    everyProvider(db),
    callsByProvider(sql, slice),
    triesByProvider(sql, slice, new Date(nowMs - hourMs)),
  ])
  const all = hourly.reduce((sum, row) => sum + Number(row.calls), 0)
  const stepMs = hours > 24 ? dayMs : hourMs
  const steps = Math.ceil((hours * hourMs) / stepMs)
  const health = entries.map((entry): ProviderHealth => {
    const own = hourly.filter((row) => row.provider === entry.name)
    const tried = tries.find((row) => row.provider === entry.name)
    const trend = Array.from({ length: steps }, () => 0)
    for (const row of own) {
      const step = Math.min(steps - 1, Math.floor((row.start.getTime() - slice.from.getTime()) / stepMs))
      trend[step] = (trend[step] ?? 0) + Number(row.calls)
    }
    const calls = own.reduce((sum, row) => sum + Number(row.calls), 0)
    return {
      ...entry,
      condition: providerCondition({
        status: entry.status,
        tries: Number(tried?.tries ?? 0n),
        recentTries: Number(tried?.recentTries ?? 0n),
        recentErrors: Number(tried?.recentErrors ?? 0n),
        recentServed: Number(tried?.recentServed ?? 0n),
        p95Ms: tried?.p95Ms ?? null,
        recentP95Ms: tried?.recentP95Ms ?? null,
      }),
      calls,
      share: all === 0 ? 0 : calls / all,
      tries: Number(tried?.tries ?? 0n),
      errors: Number(tried?.errors ?? 0n),
      throttled: Number(tried?.throttled ?? 0n),
      firstTokenP50Ms: tried?.firstTokenMs ?? null,
      p95Ms: tried?.p95Ms ?? null,
      trend,
    }
  })
  return health.toSorted((a, b) => b.calls - a.calls || a.displayName.localeCompare(b.displayName))
}

const reasonsShown = 6

async function readRefusals({ sql }: Context, actor: Actor, slice: Slice): Promise<RefusalReason[]> {
  const rows = await refusalsOfSample(sql, slice, reasonsShown)
  const seesKeys = visibleRows(actor, 'key.read').all
  const seesDecisions = visibleRows(actor, 'decision.read').all
  return rows.map((row) => ({
    code: row.code,
    calls: Number(row.calls),
    keys: Number(row.keys),
    lastMs: row.lastAt.getTime(),
    decisionId: seesDecisions ? row.lastDecisionId : null,
    key: seesKeys && row.keyId !== null && row.keyName !== null ? { id: row.keyId, name: row.keyName } : null,
  }))
}

/** What ends within this many days needs somebody. */
const endingSoonDays = 30

async function readAttention({ db, sql }: Context, actor: Actor, nowMs: number): Promise<Attention[]> {
  const now = new Date(nowMs)
  const soon = new Date(nowMs + endingSoonDays * dayMs)
  const [held, keys, unpriced, ending] = await Promise.all([
    quarantined(db),
    keysThatNeedSomebody(sql, now, soon),
    modelsWithoutPrice(db, now),
    modelsThatEnd(db, now, soon),
  ])
  const seesKeys = visibleRows(actor, 'key.read').all
  const seesPeople = visibleRows(actor, 'user.read').all
  const item = (kind: AttentionKind, set: NamedSet, sees: boolean): Attention[] =>
    set.total === 0 ? [] : [{ kind, total: set.total, first: sees ? set.first.map(shownRow) : [] }]
  return [
    ...item('quarantined_key', held.key, seesKeys),
    ...item('quarantined_workload', held.workload, may(actor, 'workload.read')),
    ...item('quarantined_user', held.user, seesPeople),
    ...item('quarantined_team', held.team, may(actor, 'team.read')),
    ...item('quarantined_provider', held.provider, may(actor, 'provider.health')),
    ...item('quarantined_model', held.model, may(actor, 'model.read')),
    ...item('keys_without_owner', keys.withoutOwner, seesKeys),
    ...item('models_without_price', unpriced, may(actor, 'model.read')),
    ...item('keys_ending', keys.ending, seesKeys),
    ...item('models_ending', ending, may(actor, 'model.read')),
  ]
}

/** Active models that nobody has set a price for, the first few by name. */
export async function readModelsWithoutPrice({
  db,
  clock,
}: Pick<Context, 'db' | 'clock'>): Promise<{ total: number; first: { id: string; name: string }[] }> {
  const { total, first } = await modelsWithoutPrice(db, new Date(clock.nowMs()))
  return { total, first: first.map(({ id, name }) => ({ id, name })) }
}

function shownRow({ id, name, at, reason }: NamedRow): Attention['first'][number] {
  return { id, name, atMs: at?.getTime() ?? null, reason }
}

async function readExactness({ redis, db }: Context, actor: Actor, nowMs: number): Promise<Exactness> {
  const [holds, waitingEvents, [oldest], budget] = await Promise.all([
    redis.zcard(openHolds),
    redis.xlen(usageStream),
    redis.xrange(usageStream, '-', '+', 'COUNT', 1),
    may(actor, 'budget.read') ? organisationMonthlyBudget(db) : null,
  ])
  return {
    openHolds: holds,
    heldNanos: budget ? await heldOn(redis, budget, nowMs) : null,
    waitingEvents,
    oldestMs: oldest ? Math.max(0, nowMs - Number(oldest[0].split('-')[0])) : 0,
  }
}

type BudgetOf = NonNullable<Awaited<ReturnType<typeof organisationMonthlyBudget>>>

async function heldOn(redis: Context['redis'], budget: BudgetOf, nowMs: number): Promise<bigint> {
  const window = budgetWindow('month', budget.timeZone, nowMs)
  return readPeriod(await redis.get(budgetKey({ id: budget.id }, window)))?.heldNanos ?? 0n
}

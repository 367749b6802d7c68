/**
 * What must hold after every fault, from three records of the same calls: the provider's (the truth), the ledger's, and
 * the callers'. Each call carries a mark, which is the client's name in the ledger and the project at the provider.
 */
import { exactly, type Figure } from '#lib/faults/fault.ts'
import { until, type World } from '#lib/faults/world.ts'
import { verifyAudit } from '#lib/audit/verify-audit.ts'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import type { ScopeType } from '#lib/limits/contract.ts'
import { openHolds, readPeriod } from '#lib/limits/keys.ts'
import { rowCountsIn } from '#lib/limits/scopes-of-rows.ts'
import { miniPrice } from '#lib/testing/gateway.ts'
import type { CallResult } from '#lib/testing/load.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

export type LedgerRow = {
  readonly id: string
  readonly kind: 'call' | 'attempt' | 'adjustment'
  readonly mark: string
  readonly keyId: string
  readonly outcome: string
  readonly estimated: boolean
  readonly priceVersion: string | null
  readonly input: number
  readonly output: number
  readonly cost: number
}

export type ProviderCall = CallEntry & { readonly mark: string }

/** Every call that was let through, and every correction. */
export async function ledgerRows(world: World): Promise<LedgerRow[]> {
  const { rows } = await world.database.sql.query<LedgerRow>(
    `SELECT id, kind, user_agent AS mark, key_id AS "keyId", outcome, estimated, price_version AS "priceVersion",
            input_tokens::float8 AS input, output_tokens::float8 AS output, cost_nanos::float8 AS cost
     FROM usage_event
     WHERE outcome <> 'refused'`,
  )
  return rows
}

export async function providerCalls(world: World): Promise<ProviderCall[]> {
  const response = await fetch(`${world.simulatorUrl}/_sim/calls`)
  return ((await response.json()) as CallEntry[]).map((call) => ({
    ...call,
    mark: call.headers['openai-project'] ?? '',
  }))
}

/** A settlement that Redis did not take comes again within two seconds. */
const quietMs = 2_500

/** Waits until every call is settled and every event booked, and nothing more comes. */
export async function comeToRest(world: World, withinMs: number = 60_000): Promise<void> {
  let quietSinceMs = Infinity
  await until(
    'every call is settled and booked',
    async () => {
      const [held, travelling] = [await world.redis.zcard(openHolds), await world.redis.xlen(usageStream)]
      quietSinceMs = held > 0 || travelling > 0 ? Infinity : Math.min(quietSinceMs, Date.now())
      return Date.now() - quietSinceMs > quietMs
    },
    withinMs,
  )
}

export type Reckoning = {
  /** Calls that the provider completed, or that a caller was answered, without a row in the ledger. */
  readonly lost: number
  /** Rows beyond one a call, and ids beyond one a row. */
  readonly doubled: number
  /** Nano-USD by which the ledger differs from the truth, over completed calls that it does not call estimated. */
  readonly costOff: number
  /** The same over calls that it calls estimated: what a killed gateway did not live to tell. */
  readonly estimateOff: number
  readonly estimated: number
  readonly rows: readonly LedgerRow[]
}

/** I1 and I4. */
export async function reckon(world: World, results: readonly CallResult[]): Promise<Reckoning> {
  const [rows, known] = await Promise.all([ledgerRows(world), providerCalls(world)])
  const byMark = grouped(rows)
  const ids = new Set(rows.map(({ id }) => id))
  let lost = results.filter(({ status, id }) => status === 200 && !ids.has(id!)).length
  let doubled = rows.length - ids.size
  let [costOff, estimateOff, estimated] = [0, 0, 0]
  for (const { mark, usage, finished } of known) {
    const own = byMark.get(mark) ?? []
    if (finished !== 'done') continue
    if (own.length === 0) lost += results.some((one) => one.mark === mark && one.status === 200) ? 0 : 1
    const truth = (usage.prompt_tokens * miniPrice.input + usage.completion_tokens * miniPrice.output) / 1_000_000
    const off = Math.abs(own.reduce((sum, { cost }) => sum + cost, 0) - truth)
    const isCorrected = own.some(({ kind }) => kind === 'adjustment')
    if (own.some((row) => row.estimated) && !isCorrected) {
      estimated += 1
      estimateOff += off
    } else if (own.length > 0) costOff += off
  }
  for (const own of byMark.values()) doubled += Math.max(0, own.filter(({ kind }) => kind === 'call').length - 1)
  return { lost, doubled, costOff, estimateOff, estimated, rows }
}

function grouped(rows: readonly LedgerRow[]): Map<string, LedgerRow[]> {
  const groups = new Map<string, LedgerRow[]>()
  for (const row of rows) groups.set(row.mark, [...(groups.get(row.mark) ?? []), row])
  return groups
}

/** I2: nano-USD beyond hard budgets, by the ledger; and by how much Redis' idea of any budget differs from the ledger's. */
export async function budgetFigures(world: World): Promise<{ overshoot: number; drift: number; held: number }> {
  const budgets = await world.database.db.budget.findMany({
    select: { id: true, scopeType: true, scopeId: true, amountNanos: true, posture: true, archivedAt: true },
    take: 10_000,
  })
  let [overshoot, drift, held] = [0, 0, 0]
  for (const { id, scopeType, scopeId, amountNanos, posture, archivedAt } of budgets) {
    const { rows } = await world.database.sql.query<{ spent: string }>(
      `SELECT coalesce(sum(cost_nanos), 0)::text AS spent
       FROM usage_event
       WHERE ${rowCountsIn(scopeType as ScopeType, '$1::text')}`,
      [scopeId],
    )
    const spent = Number(rows[0]!.spent)
    const [record] = await world.redis.keys(`{gh}:p:${id}:*`)
    const period = record === undefined ? null : readPeriod(await world.redis.get(record))
    held += Number(period?.heldNanos ?? 0)
    // An ended budget is not counted on any more.
    if (archivedAt !== null) continue
    if (posture === 'hard') overshoot += Math.max(0, spent - Number(amountNanos))
    if (period) drift += Math.abs(Number(period.spentNanos) - spent)
  }
  return { overshoot, drift, held }
}

/** I1, I2, I4 and I5 as figures; the world must be at rest. Where prices change, the row itself checks costs. */
export async function invariants(
  world: World,
  results: readonly CallResult[],
  prices: 'stay' | 'change' = 'stay',
): Promise<Figure[]> {
  const { lost, doubled, costOff } = await reckon(world, results)
  const { overshoot, drift, held } = await budgetFigures(world)
  const { verified } = await verifyAudit(world.context, bootstrap)
  return [
    exactly('lost', lost, 0),
    exactly('doubled', doubled, 0),
    ...(prices === 'stay' ? [exactly('cost off, nano-USD', costOff, 0)] : []),
    exactly('over hard budgets, nano-USD', overshoot, 0),
    exactly('Redis beside the ledger, nano-USD', drift, 0),
    exactly('still held, nano-USD', held, 0),
    exactly('audit chain', verified ? 'whole' : 'broken', 'whole'),
  ]
}

/** I3: answers that let a call through that was sent so long after the acknowledgement. */
export function acceptedAfter(results: readonly CallResult[], acknowledgedAtMs: number, graceMs: number): number {
  return results.filter(({ sentAtMs, status }) => status === 200 && sentAtMs > acknowledgedAtMs + graceMs).length
}

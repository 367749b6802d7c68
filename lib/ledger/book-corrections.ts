/**
 * Corrections are booked one after another, whoever makes them: each is worked out from what the call costs by then, and
 * two at once would each take off what is there once. Budgets follow at once.
 */
import { bookEvents } from '#lib/ledger/book-events.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { inCorrection } from '#lib/ledger/corrections-store.ts'
import { ensurePartitions } from '#lib/ledger/store.ts'
import { findBudgetsOfScopes } from '#lib/limits/budget-store.ts'
import { memberBudgetOf, type BudgetInForce } from '#lib/limits/budgets-in-force.ts'
import { reconcileBudgets } from '#lib/limits/reconcile.ts'
import type { Context } from '#lib/platform/context.ts'
import type { SqlClient } from '#lib/platform/db.ts'

type Ports = Pick<Context, 'db' | 'sql' | 'redis' | 'clock' | 'log'>

/**
 * Books the rows that `decide` answers, in one transaction with what it reads. Throws what `decide` throws; then nothing
 * is booked. Waits for other corrections for as long as a statement may take.
 */
export async function bookCorrections<T extends { readonly rows: readonly EventRow[] }>(
  { sql, clock }: Ports,
  decide: (client: SqlClient) => Promise<T>,
): Promise<T> {
  const nowMs = clock.nowMs()
  // What corrects a closed month lies in this one, and a transaction that failed cannot open it.
  await ensurePartitions(sql, new Date(nowMs), new Date(nowMs))
  return inCorrection(sql, async (client) => {
    const decided = await decide(client)
    if (decided.rows.length > 0) await bookEvents(client, decided.rows, nowMs)
    return decided
  })
}

const atOnce = 2_000

/**
 * The budgets that count these rows say so before the answer comes. Where Redis does not answer, the correction stands
 * all the same, and the reconciliation of every minute does it.
 */
export async function moveBudgets(context: Ports, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  const { db, clock, log } = context
  const scopes = new Set(rows.flatMap(scopesOf).filter((id) => id !== null))
  try {
    for (let after = ''; ;) {
      const found = await findBudgetsOfScopes(db, [...scopes], after, atOnce)
      const budgets = found.flatMap((budget) => (budget.perMember ? membersOf(budget, rows) : [budget]))
      await reconcileBudgets(context, budgets, clock.nowMs())
      if (found.length < atOnce) return
      after = found.at(-1)!.id
    }
  } catch (error) {
    log.warn({ error: String(error) }, 'budgets follow a correction within a minute')
  }
}

function scopesOf(row: EventRow): (string | null)[] {
  const { keyId, userId, teamId, projectId, workloadId, businessUnitId, environment, groups, tags } = row
  return [
    keyId,
    userId,
    teamId,
    projectId,
    workloadId,
    businessUnitId,
    ...(teamId === null || environment === null ? [] : [`${teamId}:${environment}`]),
    ...groups,
    ...Object.entries(tags).map(([name, value]) => `${name}=${value}`),
  ]
}

/** Of a team's budget for each member those of the people whose calls were corrected. */
function membersOf(budget: BudgetInForce, rows: readonly EventRow[]): BudgetInForce[] {
  const users = new Set(
    rows.flatMap(({ teamId, userId }) => (teamId === budget.scope.id && userId !== null ? [userId] : [])),
  )
  return [...users].map((userId) => memberBudgetOf(budget, userId))
}

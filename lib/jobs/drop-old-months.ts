/**
 * Retention: months of single events that are older than the organisation keeps them leave the ledger whole, oldest
 * first. Rollups stay. A month whose rollups do not say what its events say stays too, until somebody has looked.
 */
import { recordAudit, type AuditActor } from '#lib/audit/record-audit.ts'
import { firstKeptMonth } from '#lib/ledger/rules/kept-months.ts'
import { dropMonth, findDrift, findMonths } from '#lib/ledger/store.ts'
import type { Context } from '#lib/platform/context.ts'

const actor: AuditActor = { kind: 'system', id: 'drop-old-months', name: 'Retention', ip: null, requestId: null }
const dayMs = 86_400_000
/** Counting and dropping a month of many millions of events; nobody waits for it. */
const transactionTimes = { maxWait: 5_000, timeout: 600_000 }

/** Months as "2025-01". */
export async function dropOldMonths(context: Context): Promise<{ dropped: string[]; differing: string[] }> {
  const { config, sql, clock, log } = context
  const dropped: string[] = []
  const differing: string[] = []
  if (config.usageRetentionMonths === null) return { dropped, differing }
  const firstKept = firstKeptMonth(clock.nowMs(), config.usageRetentionMonths)
  for (const month of (await findMonths(sql)).filter((each) => each < firstKept)) {
    if (await agrees(context, month)) {
      if (await drop(context, month)) dropped.push(month)
    } else if ((await findMonths(sql)).includes(month)) {
      // Not that another worker dropped it under the comparison.
      log.error({ month }, 'rollups of a month differ from its events: it is kept')
      differing.push(month)
    }
  }
  return { dropped, differing }
}

/** A day at a time, so that no statement is long. */
async function agrees({ sql }: Context, month: string): Promise<boolean> {
  const start = new Date(`${month}-01T00:00:00Z`)
  const endMs = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)
  for (let ms = start.getTime(); ms < endMs; ms += dayMs) {
    const range = [new Date(ms), new Date(ms + dayMs), 1] as const
    if ((await findDrift(sql, 'usage_hourly', ...range)).length > 0) return false
    if ((await findDrift(sql, 'usage_daily', ...range)).length > 0) return false
  }
  return true
}

/** False where another worker was first, which has said so. */
async function drop({ db, config, log }: Context, month: string): Promise<boolean> {
  const events = await db.$transaction(async (tx) => {
    const gone = await dropMonth(tx, month)
    if (gone === null) return null
    await recordAudit(tx, actor, {
      action: 'ledger.drop_month',
      targetType: 'usage_month',
      targetId: month,
      targetName: month,
      summary: `dropped ${gone} usage events of ${month}: kept for ${config.usageRetentionMonths} months`,
      before: { events: gone.toString() },
      after: { retentionMonths: config.usageRetentionMonths },
    })
    return gone
  }, transactionTimes)
  if (events === null) return false
  log.info({ month, events: events.toString() }, 'dropped a month of usage events')
  return true
}

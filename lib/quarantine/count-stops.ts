/** What a quarantine would stop, or has stopped: the same count for the dry run and for the act. */
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { countRunning } from '#lib/limits/count-running.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Stops } from '#lib/quarantine/contract.ts'
import { findStoppedKeys, sumStoppedUse, type Stopped } from '#lib/quarantine/stops-store.ts'

const hourMs = 3_600_000
const weekMs = 7 * 24 * hourMs

/** What PostgreSQL knows of it, before anything is changed. */
export async function countStopped(tx: Tx, subject: Stopped, nowMs: number): Promise<Omit<Stops, 'runningCalls'>> {
  const since = new Date(Math.floor((nowMs - weekMs) / hourMs) * hourMs)
  const keys = await findStoppedKeys(tx, subject, new Date(nowMs), since)
  const used = await sumStoppedUse(tx, subject, since)
  return { keys: keys.count, firstKeys: [...keys.first], calls: used.calls, spentUsd: usdOfNanos(used.costNanos) }
}

/** Calls of it that are under way: asked of Redis, and so outside of the transaction. */
export function countRunningOf({ redis, clock }: Context, subject: Stopped): Promise<number> {
  return countRunning(redis, clock.nowMs(), (event) => isOf(event, subject))
}

function isOf(event: Partial<WrittenEvent>, { type, id, name }: Stopped): boolean {
  switch (type) {
    case 'key':
      return event.keyId === id
    case 'user':
      return event.userId === id
    case 'team':
      return event.teamId === id
    case 'workload':
      return event.workloadId === id
    case 'model':
      return event.model === name
    case 'provider':
      return event.provider === name
  }
}

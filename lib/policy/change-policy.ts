/**
 * The one way to change anything that grants or the catalogue are compiled from: the change, the raised versions and the
 * audit entry commit together, and Redis knows before the change is answered, so the very next call obeys it.
 */
import { recordAudit, type AuditInput } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { publishVersions, raiseVersions, type Subject } from '#lib/policy/versions.ts'

export type PolicyChange<Result> = {
  readonly result: Result
  /** Whose versions rise. */
  readonly subjects: readonly Subject[]
  /** Null where nothing changed after all; several where one action is many changes, each with a history of its own. */
  readonly audit: AuditInput | readonly AuditInput[] | null
}

/** How long a change may wait for a connection, and how long it may take: bursts queue rather than fail. */
const transactionTimes = { maxWait: 10_000, timeout: 14_000 }

export async function changePolicy<Result>(
  context: Pick<Context, 'db' | 'redis'>,
  actor: Actor,
  work: (tx: Tx) => Promise<PolicyChange<Result>>,
): Promise<Result> {
  const change = await context.db.$transaction(async (tx) => {
    const made = await work(tx)
    // Versions before the audit chain, always: two changes that took these locks in different orders would deadlock.
    await raiseVersions(tx, made.subjects)
    for (const entry of [made.audit ?? []].flat()) await recordAudit(tx, actor, entry)
    return made
  }, transactionTimes)
  await publishVersions(context.db, context.redis, change.subjects)
  return change.result
}

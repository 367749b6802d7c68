/**
 * What every quarantine and release have in common, whatever they are of: the count of what stops, the record of who, why
 * and until when, and the words of the audit log. Whose it is to stop, and its status, are its module's.
 */
import type { AuditInput } from '#lib/audit/record-audit.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import type { QuarantineSubject, Stops } from '#lib/quarantine/contract.ts'
import { countRunningOf, countStopped } from '#lib/quarantine/count-stops.ts'
import { closeQuarantine, findOpenQuarantine, openQuarantine } from '#lib/quarantine/records-store.ts'
import { untilOf } from '#lib/quarantine/rules/until.ts'
import type { Stopped } from '#lib/quarantine/stops-store.ts'

/** What people call each kind of thing. */
export const subjectWords: Record<QuarantineSubject, string> = {
  key: 'key',
  user: 'person',
  team: 'team',
  workload: 'workload',
  model: 'model',
  provider: 'provider',
}

export type Step = {
  readonly subject: Stopped
  readonly verb: 'quarantine' | 'release'
  /** As it was found. */
  readonly status: string
  readonly reason?: string | undefined
  readonly until?: string | null | undefined
  readonly dryRun: boolean
  readonly by: { readonly id: string; readonly name: string }
  readonly nowMs: number
}

export type Taken = {
  readonly stopped: Omit<Stops, 'runningCalls'>
  /** When it ends by itself, epoch ms; null: when somebody releases it. */
  readonly endMs: number | null
  /** What is left to write: the thing's new status, and this entry. Null where nothing changes. */
  readonly change: { readonly status: string; readonly reason: string | null; readonly audit: AuditInput } | null
}

/** A second quarantine changes the reason and the end; who began it, and from where, stays. A dry run only counts. */
export async function takeStep(tx: Tx, step: Step): Promise<Taken> {
  const { subject, verb, status, reason, until, dryRun, by, nowMs } = step
  const untilMs = untilOf(until, nowMs)
  const stopped = await countStopped(tx, subject, nowMs)
  const open = await findOpenQuarantine(tx, subject)
  const openUntilMs = open?.until?.getTime() ?? null
  const isThere = status === (verb === 'quarantine' ? 'quarantined' : 'active')
  const changesTerms = verb === 'quarantine' && (reason !== undefined || until !== undefined)
  if (dryRun || (isThere && !changesTerms)) return { stopped, endMs: openUntilMs, change: null }

  if (verb === 'release') {
    const to = await closeQuarantine(tx, subject, nowMs)
    return { stopped, endMs: null, change: changeOf(step, to, reason ?? null, null) }
  }
  const endMs = until === undefined ? openUntilMs : untilMs
  const kept = reason ?? open?.reason ?? null
  const statusBefore = status === 'quarantined' ? 'active' : status
  await openQuarantine(tx, { subject, statusBefore, reason: kept, by, nowMs, untilMs: endMs })
  return { stopped, endMs, change: changeOf(step, 'quarantined', kept, endMs) }
}

function changeOf({ subject, verb, status }: Step, to: string, reason: string | null, endMs: number | null) {
  const { type, id, name } = subject
  const until = endMs === null ? {} : { until: new Date(endMs).toISOString() }
  return {
    status: to,
    reason,
    audit: {
      action: `${type}.${verb}`,
      targetType: type,
      targetId: id,
      targetName: name,
      summary: `${verb}d ${subjectWords[type]} ${name}${reason ? `: ${reason}` : ''}`,
      before: { status },
      after: { status: to, reason, ...until },
    },
  }
}

/** What the answer says of it: calls that are under way are asked of Redis, outside of the transaction. */
export async function answerOf(
  context: Context,
  subject: Stopped,
  { stopped, endMs }: Pick<Taken, 'stopped' | 'endMs'>,
): Promise<{ readonly until: string | null; readonly stops: Stops }> {
  const runningCalls = await countRunningOf(context, subject)
  return { until: endMs === null ? null : new Date(endMs).toISOString(), stops: { ...stopped, runningCalls } }
}

/** Writes a new request down: open, or decided in the same breath by a rule of the profile or by whoever lends. */
import type { AuditInput } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import type { RequestKind, Wish } from '#lib/requests/contract.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { insertRequest } from '#lib/requests/store.ts'

const dayMs = 86_400_000
/** Nobody waits longer than this for a yes or no. */
const lapsesAfterMs = 14 * dayMs
const longestGrantMs = 366 * dayMs

export type NewRequest = {
  readonly what: RequestKind
  readonly teamId: string
  readonly approver: 'team_lead' | 'admin'
  readonly key: { readonly id: string; readonly name: string } | null
  readonly wish: Wish
  readonly reason: string
  readonly untilMs: number | null
  readonly decisionId?: string | undefined
  /** Who has decided already; null where somebody has to. */
  readonly decided: {
    readonly byId: string
    readonly byName: string
    readonly why: string
    readonly effects: readonly Effect[]
  } | null
}

export async function fileRequest(
  tx: Tx,
  actor: Pick<Actor, 'kind' | 'id' | 'name'>,
  request: NewRequest,
  nowMs: number,
): Promise<{ readonly id: string; readonly audit: AuditInput }> {
  const { what, teamId, approver, key, wish, reason, untilMs, decisionId, decided } = request
  const id = newId('kreq', nowMs)
  const now = new Date(nowMs)
  const until = untilMs === null ? null : new Date(untilMs)
  await insertRequest(tx, {
    id,
    what,
    status: decided ? 'approved' : 'open',
    askerType: actor.kind,
    askerId: actor.id,
    askerName: actor.name,
    teamId,
    approver,
    keyId: key?.id ?? null,
    wish,
    reason,
    decisionId: decisionId ?? null,
    wantedUntil: until,
    createdAt: now,
    lapsesAt: new Date(nowMs + lapsesAfterMs),
    ...(decided
      ? {
          granted: wish,
          effects: [...decided.effects],
          decidedById: decided.byId,
          decidedByName: decided.byName,
          decidedAt: now,
          decisionReason: decided.why,
          validUntil: until,
        }
      : {}),
  })
  const summary = summaryOf(what, wish, key?.name ?? null)
  return {
    id,
    audit: {
      action: decided ? 'key_request.approve' : 'key_request.create',
      targetType: 'key_request',
      targetId: id,
      targetName: summary,
      summary: `asked for ${summary}${decided ? `; approved by ${decided.byName}` : ''}`,
      after: { what, keyId: key?.id ?? null, teamId, wish, reason, until: until?.toISOString() ?? null },
    },
  }
}

/** The end of a grant as epoch ms: still to come, and within a year. Null: none was given. */
export function endOf(until: string | undefined, nowMs: number): number | null {
  if (until === undefined) return null
  const ms = Date.parse(until)
  const message =
    ms <= nowMs
      ? 'Choose a time that is still to come.'
      : ms > nowMs + longestGrantMs
        ? 'Choose a time within a year.'
        : null
  if (message === null) return ms
  throw new AppError('validation_failed', 'The end is not valid.', { errors: [{ field: 'until', message }] })
}

/** What could not be booked: seen, sent round again once its cause is gone, or closed for good with a reason. */
import type * as z from 'zod'
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import type { CloseDeadLetterInput, DeadLetterView } from '#lib/ledger/corrections-contract.ts'
import {
  closeDeadLetterRow,
  deleteDeadLetter,
  findDeadLetter,
  findDeadLetters,
  type DeadLetterRow,
} from '#lib/ledger/corrections-store.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'

export const listDeadLettersQuery = pageQueryOf({ sorts: ['-at'], filters: ['state'] })
type ListDeadLettersQuery = z.output<typeof listDeadLettersQuery>

const deadLetterStates = ['open', 'closed'] as const

/** Those that wait for somebody, unless `filter[state]` asks for closed ones. */
export async function listDeadLetters(
  { sql }: Context,
  actor: Actor,
  query: ListDeadLettersQuery,
): Promise<Page<DeadLetterView>> {
  if (!may(actor, 'ledger.read')) throw mayNotRead()
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const before = at === undefined ? null : { at: new Date(Number(at)), id: String(id) }
  const wanted = query.filter.state ?? ['open']
  const states = deadLetterStates.filter((state) => wanted.includes(state))
  const rows = await findDeadLetters(sql, states, before, query.limit + 1)
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => [row.at.getTime(), row.streamId] })
}

export async function readDeadLetter({ sql }: Context, actor: Actor, id: string): Promise<DeadLetterView> {
  if (!may(actor, 'ledger.read')) throw mayNotRead()
  const letter = await findDeadLetter(sql, id)
  if (!letter) throw notFound('dead letter')
  return viewOf(letter)
}

const mayNotRead = () => forbidden('Only administrators, auditors and finance read dead letters.')

/**
 * Puts a dead letter back into the stream. An event that was booked meanwhile is known by its id and not booked again;
 * one that still cannot be booked comes back here after its tries.
 */
export async function retryDeadLetter({ db, sql, redis }: Context, actor: Actor, id: string): Promise<void> {
  if (!may(actor, 'ledger.correct')) throw forbidden('Only administrators send dead letters round again.')
  const letter = await findDeadLetter(sql, id)
  if (!letter) throw notFound('dead letter')
  await db.$transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'ledger.retry',
      targetType: 'dead_letter',
      targetId: id,
      targetName: id,
      summary: `sent dead letter ${id} round again`,
      before: { error: letter.error },
    }),
  )
  // In this order it is never in neither place.
  await redis.xadd(usageStream, '*', 'e', letter.payload)
  await deleteDeadLetter(sql, id)
}

/** Decides that a dead letter is never booked. It stays, with the reason, and may still be sent round again. */
export async function closeDeadLetter(
  { db, sql, clock }: Context,
  actor: Actor,
  id: string,
  { reason }: CloseDeadLetterInput,
): Promise<void> {
  if (!may(actor, 'ledger.correct')) throw forbidden('Only administrators close dead letters.')
  const letter = await findDeadLetter(sql, id)
  if (!letter) throw notFound('dead letter')
  await db.$transaction(async (tx) => {
    const closing = { closedAt: new Date(clock.nowMs()), closedBy: actor.name, closeReason: reason }
    // Closed twice is closed once, by whoever was first.
    if (!(await closeDeadLetterRow(tx, id, closing))) return
    await recordAudit(tx, actor, {
      action: 'ledger.close',
      targetType: 'dead_letter',
      targetId: id,
      targetName: id,
      summary: `closed dead letter ${id} without booking it: ${reason}`,
      before: { error: letter.error },
      after: { reason },
    })
  })
}

function viewOf({ streamId, at, error, payload, closedAt, closedBy, closeReason }: DeadLetterRow): DeadLetterView {
  const closed = closedAt && { at: closedAt.toISOString(), by: closedBy ?? '', reason: closeReason ?? '' }
  return { id: streamId, at: at.toISOString(), error, payload, closed }
}

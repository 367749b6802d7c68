/** What could not be booked: seen, and sent round again once its cause is gone. */
import type * as z from 'zod'
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import type { DeadLetterView } from '#lib/ledger/corrections-contract.ts'
import { deleteDeadLetter, findDeadLetter, findDeadLetters, type DeadLetterRow } from '#lib/ledger/corrections-store.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'

export const listDeadLettersQuery = pageQueryOf({ sorts: ['-at'], filters: [] })
type ListDeadLettersQuery = z.output<typeof listDeadLettersQuery>

export async function listDeadLetters(
  { sql }: Context,
  actor: Actor,
  query: ListDeadLettersQuery,
): Promise<Page<DeadLetterView>> {
  if (!may(actor, 'ledger.read')) throw forbidden('Only administrators, auditors and finance read dead letters.')
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const before = at === undefined ? null : { at: new Date(Number(at)), id: String(id) }
  const rows = await findDeadLetters(sql, before, query.limit + 1)
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => [row.at.getTime(), row.streamId] })
}

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

function viewOf({ streamId, at, error, payload }: DeadLetterRow): DeadLetterView {
  return { id: streamId, at: at.toISOString(), error, payload }
}

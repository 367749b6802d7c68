/** Opens one request for a decision: locked, so that of two who decide at once the second sees what the first did. */
import type { Actor } from '#lib/identity/contract.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { wish as wishSchema, type RequestAction, type Wish } from '#lib/requests/contract.ts'
import { mayDecide } from '#lib/requests/rules/who-decides.ts'
import { findRequest, lockRequest, type RequestRow } from '#lib/requests/store.ts'
import { factsOf } from '#lib/requests/view-request.ts'

export async function openRequest(
  tx: Tx,
  actor: Actor,
  id: string,
  action: RequestAction,
): Promise<{ readonly row: RequestRow; readonly wish: Wish }> {
  await lockRequest(tx, id)
  const row = await findRequest(tx, actor, id)
  if (!row) throw notFound('request')
  const wish = wishSchema.parse(row.wish)
  if (action === 'withdraw') {
    if (actor.id !== row.askerId) throw forbidden('Only who asked may take it back.')
  } else if (!mayDecide(actor, factsOf(row, wish))) {
    const own = actor.id === row.askerId || actor.id === factsOf(row, wish).beneficiaryId
    throw forbidden(
      own
        ? 'Nobody decides on what they ask for, or on what is for them. Somebody else has to.'
        : row.approver === 'admin'
          ? 'On this access profile only administrators decide.'
          : 'Only a lead of the team or an administrator decides.',
    )
  }
  if (row.status === 'open') return { row, wish }
  const by = row.decidedByName ? ` by ${row.decidedByName}` : ''
  throw new AppError('conflict', `This request is ${row.status} already${by}.`)
}

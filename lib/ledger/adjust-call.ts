/** Corrects what one call costs, by hand: a credit or a charge, as a row of its own beside the call. */
import { randomUUID } from 'node:crypto'
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { bookCorrections, moveBudgets } from '#lib/ledger/book-corrections.ts'
import type { AdjustInput, AdjustmentView } from '#lib/ledger/corrections-contract.ts'
import { findAdjustments, findCallRow } from '#lib/ledger/corrections-store.ts'
import { correctionId, correctionOf } from '#lib/ledger/rules/correction.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { idTimeMs } from '#lib/platform/ids.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'

export async function adjustCall(context: Context, actor: Actor, input: AdjustInput): Promise<AdjustmentView> {
  const { db } = context
  if (!may(actor, 'ledger.correct')) throw forbidden('Only administrators correct the ledger.')
  const { callId, costUsd, reason } = input
  const size = nanosOfUsd(costUsd.replace(/^[+-]/, ''))
  const costNanos = costUsd.startsWith('-') ? -size : size
  const at = new Date(idTimeMs(callId) ?? 0)
  const id = correctionId('cor', callId, randomUUID())

  const { rows, after } = await bookCorrections(context, async (client) => {
    const call = await findCallRow(client, callId, at)
    if (!call) throw notFound('call')
    const adjustments = (await findAdjustments(client, [callId], call.at < at ? call.at : at)).get(callId) ?? []
    const before = [call, ...adjustments].reduce((sum, booking) => sum + booking.costNanos, 0n)
    if (before + costNanos < 0n) {
      const message = `The call costs $${usdOfNanos(before)}. Give back at most that.`
      throw new AppError('validation_failed', 'The call cannot be corrected.', {
        errors: [{ field: 'costUsd', message }],
      })
    }
    // First the entry: there is no correction without one.
    await db.$transaction((tx) =>
      recordAudit(tx, actor, {
        action: 'ledger.adjust',
        targetType: 'call',
        targetId: callId,
        targetName: callId,
        summary: `corrected the cost of ${callId} by $${usdOfNanos(costNanos)}: ${reason}`,
        before: { costUsd: usdOfNanos(before) },
        after: { costUsd: usdOfNanos(before + costNanos), adjustmentId: id, reason },
      }),
    )
    const latest = adjustments.at(-1) ?? call
    const row = correctionOf(call, latest, {
      id,
      code: 'corrected',
      reason,
      costNanos,
      priceLines: [],
      priceVersion: latest.priceVersion,
    })
    return { rows: [row], after: before + costNanos }
  })
  await moveBudgets(context, rows)
  return { id, callId, costUsd: usdOfNanos(costNanos), callCostUsd: usdOfNanos(after) }
}

import type { AlertView } from '#lib/alerts/contract.ts'
import { viewAlert } from '#lib/alerts/list-alerts.ts'
import { findAlerts, markAcknowledged, type AlertRow } from '#lib/alerts/store.ts'
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'

/** Says that somebody looks after it: it stays in the list and waits for nobody. Twice is once. */
export async function acknowledgeAlert({ db, clock }: Context, actor: Actor, id: string): Promise<AlertView> {
  const row = await visible(db, actor, id)
  if (!may(actor, 'alert.acknowledge', row)) {
    throw forbidden('Whom it belongs to, the team lead or an admin acknowledges it.')
  }
  if (row.closedAt) throw new AppError('conflict', 'This alert has closed by itself. There is nothing left to do.')
  await db.$transaction(async (tx) => {
    if (!(await markAcknowledged(tx, id, actor.name, new Date(clock.nowMs())))) return
    await recordAudit(tx, actor, {
      action: 'alert.acknowledge',
      targetType: 'alert',
      targetId: id,
      targetName: row.subjectName,
      summary: `acknowledged the alert ${row.kind.replaceAll('_', ' ')} of ${row.subjectName}`,
      after: { kind: row.kind, subject: { type: row.subjectType, id: row.subjectId } },
    })
  })
  return viewAlert(await visible(db, actor, id), actor)
}

async function visible(db: Db | Tx, actor: Actor, id: string): Promise<AlertRow> {
  const [row] = await findAlerts(db, actor, { id, byLevel: false, limit: 1 })
  if (!row) throw notFound('alert')
  return row
}

/** The audit log, newest first, by filter; one entry; and all of the filtered ones for an export. */
import * as z from 'zod'
import type { AuditEntryView } from '#lib/audit/contract.ts'
import { filteredEntries, findEntry, type EntryFilter, type EntryRow } from '#lib/audit/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'

const moment = z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2026-11-01T00:00:00Z.' })

export const listAuditQuery = pageQueryOf({
  sorts: ['-seq', 'seq'],
  filters: ['action', 'actor', 'actorType', 'targetType', 'target'],
}).extend({
  /** Entries from this moment on, and before that one. */
  from: moment.optional(),
  to: moment.optional(),
})
export type ListAuditQuery = z.output<typeof listAuditQuery>

/** How many rows an export holds at most; beyond, narrow the range. */
export const exportRows = 100_000

export async function listAudit(context: Context, actor: Actor, query: ListAuditQuery): Promise<Page<AuditEntryView>> {
  mustRead(actor)
  const after = query.cursor === undefined ? null : seqOf(decodeCursor(query.cursor, query.sort, 1)[0])
  const direction = query.sort === 'seq' ? 'asc' : 'desc'
  const rows = await filteredEntries(context.db, filterOf(query), { direction, after, limit: query.limit + 1 })
  return pageOf(rows, query, { itemOf: viewOf, positionOf: ({ seq }) => [Number(seq)] })
}

export async function readAuditEntry(context: Context, actor: Actor, seq: string): Promise<AuditEntryView> {
  mustRead(actor)
  const row = /^[1-9]\d{0,15}$/.test(seq) ? await findEntry(context.db, BigInt(seq)) : null
  if (!row) throw notFound('audit entry')
  return viewOf(row)
}

/** Every matching entry, a page at a time. */
export async function* exportAudit(
  context: Context,
  actor: Actor,
  query: ListAuditQuery,
): AsyncGenerator<AuditEntryView> {
  mustRead(actor)
  const direction = query.sort === 'seq' ? 'asc' : 'desc'
  let after: bigint | null = null
  for (let written = 0; written < exportRows;) {
    const rows: EntryRow[] = await filteredEntries(context.db, filterOf(query), { direction, after, limit: 1_000 })
    for (const row of rows) yield viewOf(row)
    written += rows.length
    after = rows.at(-1)?.seq ?? null
    if (rows.length < 1_000) return
  }
}

function mustRead(actor: Actor): void {
  if (!may(actor, 'audit.read')) throw forbidden('Only admins and auditors read the audit log.')
}

function filterOf({ filter, from, to, q }: ListAuditQuery): EntryFilter {
  return {
    actions: filter.action,
    actorIds: filter.actor,
    actorTypes: filter.actorType,
    targetTypes: filter.targetType,
    targetIds: filter.target,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    text: q ? likeText(q) : undefined,
  }
}

function seqOf(position: string | number | null | undefined): bigint {
  return typeof position === 'number' && Number.isSafeInteger(position) ? BigInt(position) : 0n
}

function viewOf(row: EntryRow): AuditEntryView {
  const { seq, at, actorType, actorId, actorName, targetType, targetId, targetName, before, after, prevHash, hash } =
    row
  return {
    seq: Number(seq),
    at: at.toISOString(),
    actor: { type: actorType, id: actorId, name: actorName },
    action: row.action,
    target: { type: targetType, id: targetId, name: targetName },
    summary: row.summary,
    before: before as AuditEntryView['before'],
    after: after as AuditEntryView['after'],
    ip: row.ip,
    requestId: row.requestId,
    prevHash: Buffer.from(prevHash).toString('hex'),
    hash: Buffer.from(hash).toString('hex'),
  }
}

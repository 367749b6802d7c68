/** /audit: read and verify. */
import * as z from 'zod'
import { auditEntry, verification } from '#lib/audit/contract.ts'
import { exportAudit, listAudit, listAuditQuery, readAuditEntry } from '#lib/audit/list-audit.ts'
import { verifyAudit } from '#lib/audit/verify-audit.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import type { AuditEntryView } from '#lib/audit/contract.ts'

const columns = [
  'entry',
  'at',
  'actor_type',
  'actor_id',
  'actor',
  'action',
  'target_type',
  'target_id',
  'target',
  'summary',
  'ip',
  'request_id',
  'hash',
]

const list = defineEndpoint({
  method: 'GET',
  path: '/audit',
  summary: 'List audit entries, newest first',
  tag: 'Audit',
  action: 'audit.read',
  query: listAuditQuery,
  response: pageSchema(auditEntry),
  csv: ({ context, actor, query }) => ({
    fileName: 'audit',
    columns,
    rows: csvRows(exportAudit(context, actor, query)),
  }),
  handle: ({ context, actor, query }) => listAudit(context, actor, query),
})

const seqNumber = z.coerce
  .number('Enter a whole number.')
  .int('Enter a whole number.')
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)

const verify = defineEndpoint({
  method: 'GET',
  path: '/audit/verify',
  summary: 'Recompute the hash chain and name the first entry that does not fit',
  description:
    'Looks at 100,000 entries at most; `nextFrom` says where to go on. Give `anchor` as `<seq>:<hash>` of a head noted earlier to find a log whose end was cut off.',
  tag: 'Audit',
  action: 'audit.read',
  query: z.strictObject({
    from: seqNumber.optional(),
    to: seqNumber.optional(),
    anchor: z
      .string()
      .regex(/^[1-9]\d{0,15}:[0-9a-f]{64}$/, 'Use <seq>:<hash>, as `head` gives them.')
      .optional(),
  }),
  response: verification,
  handle: ({ context, actor, query: { from, to, anchor } }) => {
    const [seq = '', hash = ''] = anchor?.split(':') ?? []
    return verifyAudit(context, actor, {
      from,
      to,
      anchor: anchor === undefined ? undefined : { seq: Number(seq), hash },
    })
  },
})

const read = defineEndpoint({
  method: 'GET',
  path: '/audit/{seq}',
  summary: 'Read one audit entry',
  tag: 'Audit',
  action: 'audit.read',
  response: auditEntry,
  handle: ({ context, actor, params }) => readAuditEntry(context, actor, params.seq ?? ''),
})

async function* csvRows(entries: AsyncIterable<AuditEntryView>) {
  for await (const { seq, at, actor, action, target, summary, ip, requestId, hash } of entries) {
    yield [
      seq,
      at,
      actor.type,
      actor.id,
      actor.name,
      action,
      target.type,
      target.id,
      target.name,
      summary,
      ip,
      requestId,
      hash,
    ]
  }
}

export const auditEndpoints = [list, verify, read]

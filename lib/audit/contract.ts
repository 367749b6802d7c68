/** The audit log as the management API shows it. Browser-safe. */
import * as z from 'zod'

export const auditEntry = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  summary: z.string(),
  before: z.json().nullable(),
  after: z.json().nullable(),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  /** Hexadecimal SHA-256 of the entry before, and of this one. */
  prevHash: z.string(),
  hash: z.string(),
})
export type AuditEntryView = z.infer<typeof auditEntry>

export const auditFaults = {
  missing: 'Entries are missing before this one.',
  broken_link: 'It does not follow the entry before it.',
  altered: 'Its content is not what was written.',
  anchor_mismatch: 'It is not the entry that was noted as the head.',
  truncated: 'The log ends before the entry that was noted as the head.',
} as const
export type AuditFault = keyof typeof auditFaults

export const verification = z.object({
  verified: z.boolean(),
  /** First and last entry looked at; null where there was none. */
  from: z.int().nullable(),
  to: z.int().nullable(),
  entries: z.int(),
  firstBad: z
    .object({
      seq: z.int(),
      fault: z.enum(Object.keys(auditFaults) as [AuditFault, ...AuditFault[]]),
      message: z.string(),
    })
    .nullable(),
  /** The last good entry: note it elsewhere, and give it as anchor next time. */
  head: z.object({ seq: z.int(), hash: z.string() }).nullable(),
  /** Where to go on, when the range was longer than one call looks at. */
  nextFrom: z.int().nullable(),
  at: z.iso.datetime(),
})
export type Verification = z.infer<typeof verification>

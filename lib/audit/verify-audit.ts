/**
 * Recomputes the chain and names the first entry that does not fit: edited, deleted, reordered or put in between. A log
 * whose end was cut off is a valid shorter log; only a head noted elsewhere (an anchor) tells.
 *
 * A range that begins later trusts the entry before it. One call looks at 100,000 entries at most, in batches, so that
 * neither memory nor a statement grows with the log.
 */
import { auditFaults, type AuditFault, type Verification } from '#lib/audit/contract.ts'
import { linkFault, sameBytes, type Link } from '#lib/audit/rules/check-link.ts'
import { canonicalValue, genesisHash, type ChainedEntry } from '#lib/audit/rules/entry-hash.ts'
import { entriesInOrder, findEntry, type EntryRow } from '#lib/audit/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden } from '#lib/platform/errors.ts'

const batchSize = 1_000
const entriesPerCall = 100_000

export type VerifyInput = {
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** A head noted earlier: this entry must exist, with this hash. */
  readonly anchor?: { readonly seq: number; readonly hash: string } | undefined
}

export async function verifyAudit(context: Context, actor: Actor, input: VerifyInput = {}): Promise<Verification> {
  if (!may(actor, 'audit.read')) throw forbidden('Only admins and auditors verify the audit log.')
  const { db, clock } = context
  const from = BigInt(input.from ?? 1)
  const to = input.to === undefined ? null : BigInt(input.to)
  const anchor = input.anchor && { seq: BigInt(input.anchor.seq), hash: Buffer.from(input.anchor.hash, 'hex') }

  let previous = await linkBefore(context, from)
  let entries = 0
  let bad: { readonly seq: bigint; readonly fault: AuditFault } | null = null
  let isAtEnd = false
  if (!previous) bad = { seq: from, fault: 'missing' }
  while (previous && !bad && !isAtEnd && entries < entriesPerCall) {
    const batch: EntryRow[] = await entriesInOrder(db, { from: previous.seq + 1n, to, limit: batchSize })
    isAtEnd = batch.length < batchSize
    for (const row of batch) {
      const fault: AuditFault | null = linkFault(previous, {
        ...row,
        before: canonicalValue(row.before),
        after: canonicalValue(row.after),
      } satisfies ChainedEntry & Pick<EntryRow, 'prevHash' | 'hash'>)
      const wrongAnchor: boolean = anchor?.seq === row.seq && !sameBytes(anchor.hash, row.hash)
      bad = fault ? { seq: row.seq, fault } : wrongAnchor ? { seq: row.seq, fault: 'anchor_mismatch' } : null
      if (bad) break
      previous = { seq: row.seq, hash: row.hash }
      entries++
    }
  }
  const reachesEnd = isAtEnd && to === null
  if (!bad && previous && anchor && reachesEnd && anchor.seq > previous.seq)
    bad = { seq: anchor.seq, fault: 'truncated' }
  const head = previous && previous.seq >= 1n && (entries > 0 || from > 1n) ? previous : null
  return {
    verified: bad === null,
    from: entries > 0 ? Number(from) : null,
    to: entries > 0 && previous ? Number(previous.seq) : null,
    entries,
    firstBad: bad && { seq: Number(bad.seq), fault: bad.fault, message: auditFaults[bad.fault] },
    head: head && { seq: Number(head.seq), hash: Buffer.from(head.hash).toString('hex') },
    nextFrom: bad || isAtEnd || !previous ? null : Number(previous.seq + 1n),
    at: new Date(clock.nowMs()).toISOString(),
  }
}

/** What the first entry of the range must follow; null where that entry is gone. */
async function linkBefore({ db }: Context, from: bigint): Promise<Link | null> {
  if (from <= 1n) return { seq: 0n, hash: genesisHash }
  const before = await findEntry(db, from - 1n)
  return before && { seq: before.seq, hash: before.hash }
}

/**
 * Appends to the audit chain, inside the transaction of the change it records: no change without its entry, no entry
 * without its change.
 *
 * One advisory lock, held until the transaction ends, makes writers queue, so that `seq` has no gaps and each entry's
 * `prevHash` is its true predecessor. Take it late in the transaction and keep what follows short. Under any isolation
 * stricter than READ COMMITTED the primary key on `seq` refuses a second successor: the chain cannot fork.
 */
import { canonicalValue, entryHash, genesisHash, type JsonValue } from '#lib/audit/rules/entry-hash.ts'
import { appendEntry, lockChain, readTail } from '#lib/audit/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Tx } from '#lib/platform/db.ts'

/** What happened. `before` and `after` hold the fields that changed; never a secret, a digest or a prompt. */
export type AuditInput = {
  /** `<noun>.<verb>`, such as `key.revoke`. */
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  readonly targetName: string
  /** One sentence for people, without its subject: "revoked key refund-writer". */
  readonly summary: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Who acts, as far as the audit log wants to know. */
export type AuditActor = Pick<Actor, 'kind' | 'id' | 'name' | 'ip' | 'requestId'>

export async function recordAudit(tx: Tx, actor: AuditActor, input: AuditInput): Promise<void> {
  await lockChain(tx)
  const tail = await readTail(tx)
  const previousHash = tail.last?.hash ?? genesisHash
  const entry = {
    seq: (tail.last?.seq ?? 0n) + 1n,
    at: tail.now,
    actorType: actor.kind,
    actorId: text(actor.id),
    actorName: text(actor.name),
    action: input.action,
    targetType: input.targetType,
    targetId: text(input.targetId),
    targetName: text(input.targetName),
    summary: text(input.summary),
    before: input.before === undefined ? null : canonicalValue(input.before),
    after: input.after === undefined ? null : canonicalValue(input.after),
    ip: actor.ip,
    requestId: actor.requestId,
  }
  await appendEntry(tx, { ...entry, prevHash: previousHash, hash: entryHash(previousHash, entry) })
}

// The hash covers what PostgreSQL stores, so text is made storable first.
function text(value: string): string {
  const stored: JsonValue = canonicalValue(value)
  return typeof stored === 'string' ? stored : ''
}

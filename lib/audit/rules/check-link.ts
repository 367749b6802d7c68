/** Whether one entry is the true successor of what came before it. Pure. */
import type { AuditFault } from '#lib/audit/contract.ts'
import { entryHash, type ChainedEntry } from '#lib/audit/rules/entry-hash.ts'

export type Link = { readonly seq: bigint; readonly hash: Uint8Array }

export function linkFault(
  previous: Link,
  entry: ChainedEntry & { prevHash: Uint8Array; hash: Uint8Array },
): AuditFault | null {
  if (entry.seq !== previous.seq + 1n) return 'missing'
  if (!sameBytes(entry.prevHash, previous.hash)) return 'broken_link'
  if (!sameBytes(entry.hash, entryHash(previous.hash, entry))) return 'altered'
  return null
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

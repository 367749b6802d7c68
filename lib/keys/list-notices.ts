/** What somebody should know of their keys: which end soon, which end because nobody uses them, which were seen in a browser. */
import type { Actor } from '#lib/identity/contract.ts'
import type { KeyNotice } from '#lib/keys/contract.ts'
import { findNotices } from '#lib/keys/notices-store.ts'
import type { Context } from '#lib/platform/context.ts'

/** Of one key that the actor may read, or, without, of the keys that the actor answers for; the fifty most urgent. */
export async function listNotices(
  { db }: Context,
  actor: Actor,
  keyId: string | null = null,
): Promise<{ data: KeyNotice[] }> {
  const rows = await findNotices(db, { actor, keyId, limit: 50 })
  return {
    data: rows.map(({ keyId: id, keyName, kind, at, lastAt, dueAt, detail }) => ({
      key: { id, name: keyName },
      kind,
      at: at.toISOString(),
      lastAt: lastAt.toISOString(),
      dueAt: dueAt?.toISOString() ?? null,
      detail,
    })),
  }
}

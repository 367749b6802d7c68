import type { Actor } from '#lib/identity/contract.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import { findKey, type KeyRow } from '#lib/keys/store.ts'
import { mayRead, viewKey } from '#lib/keys/view-key.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'

/** One key, for whoever may see it; for everyone else there is none. */
export async function getKey(context: Context, actor: Actor, id: string): Promise<KeyView> {
  return viewKey(await readableKey(context, actor, id), actor, context.clock.nowMs())
}

export async function readableKey({ db, clock }: Context, actor: Actor, id: string): Promise<KeyRow> {
  const row = await findKey(db, id, clock.nowMs())
  if (!row || !mayRead(row, actor)) throw notFound('key')
  return row
}

/** What the keys that someone may see can be filtered by: only words that lead to at least one of them. */
import type { Actor } from '#lib/identity/contract.ts'
import { findKeyFacets, type KeyFacets } from '#lib/keys/facet-store.ts'
import { visibleTo } from '#lib/keys/store.ts'
import type { Context } from '#lib/platform/context.ts'

export type { KeyFacets }

export async function readKeyFacets({ db }: Context, actor: Actor): Promise<KeyFacets> {
  return findKeyFacets(db, visibleTo(actor, 'key.read'))
}

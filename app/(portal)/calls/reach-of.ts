import type { Reach } from '#components/calls/reach.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows } from '#lib/identity/rules/permissions.ts'

/** Own calls lead to own keys and decisions. Everybody's lead only where the reader sees everybody's of those too. */
export function reachOf(actor: Actor): Reach {
  const onlyOwn = !visibleRows(actor, 'call.read').all
  return {
    keys: onlyOwn || visibleRows(actor, 'key.read').all,
    decisions: onlyOwn || visibleRows(actor, 'decision.read').all,
  }
}

import { PartError } from '#components/ui/states.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

/** In the place of a policy that cannot be told. */
export function NoPolicy({ item }: { readonly item: KeyView }) {
  if (item.secrets.length === 0) {
    return <p className="text-ink-2">None yet: the key has no secret to call with.</p>
  }
  return <PartError title="Live limits cannot be read.">Calls are still checked. Reload in a moment.</PartError>
}

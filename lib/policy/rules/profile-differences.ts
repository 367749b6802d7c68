/** What differs between two states of a profile, the policy part by part. Pure. */
import type { ProfilePolicy } from '#lib/policy/contract.ts'

export type Parts = Readonly<Record<string, unknown>>
export type ProfileState = Parts & { readonly policy?: ProfilePolicy | undefined }

/** Of the parts that `after` has, those that differ, on both sides. */
export function profileDifferences(before: ProfileState, after: ProfileState): { before: Parts; after: Parts } {
  const [was, is] = [flat(before), flat(after)]
  const parts = Object.keys(is).filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]))
  const pick = (from: Parts): Parts => Object.fromEntries(parts.map((part) => [part, from[part]]))
  return { before: pick(was), after: pick(is) }
}

function flat({ policy, ...rest }: ProfileState): Parts {
  return { ...rest, ...policy }
}

/** Allowing and denying one model in a policy of patterns. Pure. */
import { isAllowed, matchesPattern } from '#lib/policy/rules/patterns.ts'

export type ModelLists = { readonly allow: readonly string[]; readonly deny: readonly string[] }

/** The lists with one model let in or kept out, and everything else as it was. */
export function withModel({ allow, deny }: ModelLists, name: string, allowed: boolean): ModelLists {
  if (allowed) {
    const denied = deny.filter((pattern) => pattern !== name)
    const opened = { allow, deny: denied }
    return isAllowed(name, opened) || denied.some((pattern) => matchesPattern(name, pattern))
      ? opened
      : { allow: [...allow, name], deny: denied }
  }
  const named = allow.filter((pattern) => pattern !== name)
  const closed = { allow: named, deny }
  return isAllowed(name, closed) ? { allow: named, deny: [...deny, name] } : closed
}

/** The pattern that keeps a model out although it was let in by name: it cannot be allowed one by one. */
export function denyingPattern(name: string, deny: readonly string[]): string | null {
  return deny.find((pattern) => pattern !== name && matchesPattern(name, pattern)) ?? null
}

/** The web page that a call comes from, and what its answer warns of. */
import type { Arrival } from '#lib/gateway/usage-event.ts'
import type { Grant } from '#lib/policy/contract.ts'

/** Where the portal sends its own test calls from is no web page of somebody's. */
export function originOf(origin: string, portal: string): string | null {
  return origin === portal ? null : origin.slice(0, 200)
}

/** Headers, names and values in turn. */
export function originWarning(grant: Grant, { browserOrigin }: Arrival): readonly string[] {
  return browserOrigin !== null && grant.browserOrigin === 'warn' ? warning : []
}

const warning = [
  'x-gatehouse-warning',
  'A personal key was used from a web page, where everybody can read it. Call from a server of yours instead.',
] as const

/** How usage events name the scopes that they count in. Pure; seed.lua reads them the same way. */
import type { Scope } from '#lib/limits/contract.ts'
import { environmentName, teamOfEnvironment } from '#lib/limits/rules/subject-of-scope.ts'

/** The value to look for, and the team that the event must be of, where that matters: an environment is one of a team. */
export function namedInEvents({ type, id, teamId }: Scope): { readonly id: string; readonly teamId?: string } {
  if (type === 'environment') return { id: environmentName(id), teamId: teamOfEnvironment(id) }
  return teamId === undefined ? { id } : { id, teamId }
}

/** Whether an event's value names the scope: an id, a list of groups, or tags, of which a scope is `name=value`. */
export function namesScope(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.includes(id)
  if (typeof value !== 'object' || value === null) return value === id
  return Object.entries(value).some(([name, one]) => `${name}=${one}` === id)
}

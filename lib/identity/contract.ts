/** Who acts, and in which roles. */
import * as z from 'zod'

export const roles = ['admin', 'developer', 'finance', 'auditor', 'viewer', 'sre'] as const
export const role = z.enum(roles)
export type Role = (typeof roles)[number]

/**
 * Whoever asks the management API or a page for something. The roles are those of the moment, read from the database
 * with the session or token, never from a cookie.
 */
export type Actor = {
  readonly kind: 'user' | 'token' | 'system'
  /** `user_…`, `tok_…`, `bootstrap` or the name of a job. */
  readonly id: string
  readonly name: string
  readonly email: string | null
  readonly roles: ReadonlySet<Role>
  /** Teams the person belongs to, primary team first; none for tokens. */
  readonly teamIds: readonly string[]
  /** Teams the person leads. */
  readonly leadOf: readonly string[]
  readonly profileId: string | null
  readonly ip: string | null
  readonly requestId: string | null
}

/** Who asks, and whether a browser sent the proof by itself (a cookie) or the caller put it there (a token). */
export type Caller = { readonly actor: Actor; readonly via: 'session' | 'token' }

export const bootstrapActorId = 'bootstrap'

export function isAdmin(actor: Actor): boolean {
  return actor.roles.has('admin')
}

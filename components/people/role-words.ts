import type { Role } from '#lib/identity/contract.ts'

/** Roles as people read them. */
export const roleWords: Record<Role, string> = {
  admin: 'Admin',
  developer: 'Developer',
  finance: 'Finance',
  auditor: 'Auditor',
  viewer: 'Viewer',
  sre: 'SRE',
}

/** `Admin, Developer`; "None" for somebody who is signed in and may do nothing. */
export function rolesText(roles: readonly string[]): string {
  const known: Readonly<Record<string, string>> = roleWords
  return roles.length === 0 ? 'None' : roles.map((role) => known[role] ?? role).join(', ')
}

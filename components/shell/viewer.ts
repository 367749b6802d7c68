export type Role = 'admin' | 'developer' | 'finance' | 'auditor' | 'viewer'

/** Who looks at the page, as far as the shell needs to know. */
export type Viewer = {
  readonly name: string
  readonly email: string
  readonly roles: readonly Role[]
  /** The teams this person leads. */
  readonly leadOf: readonly { readonly id: string; readonly name: string }[]
  readonly organisation: string
  /** The primary team, below the name. */
  readonly team?: string | null
  readonly preferences?: Preferences
  /** By the address of a page: how many things wait there. */
  readonly waiting?: Readonly<Record<string, number>>
}

/** How the person wants the portal. What is left out follows the device. */
export type Preferences = {
  readonly density?: 'comfortable' | 'compact'
  readonly shortcuts?: 'on' | 'off'
  readonly side?: 'shown' | 'hidden'
}

const roleWords: Record<Role, string> = {
  admin: 'Admin',
  developer: 'Developer',
  finance: 'Finance',
  auditor: 'Auditor',
  viewer: 'Viewer',
}

/** "Developer, Search"; "Admin". */
export function describeViewer(viewer: Pick<Viewer, 'roles' | 'team' | 'leadOf'>): string {
  const lead = viewer.leadOf[0]
  if (lead && viewer.roles.every((role) => role === 'developer')) return `Lead, ${lead.name}`
  const words = viewer.roles.map((role) => roleWords[role]).join(', ')
  const withTeam = viewer.team && viewer.roles.includes('developer')
  return withTeam ? `${words}, ${viewer.team}` : words
}

export function roleWord(role: Role): string {
  return roleWords[role]
}

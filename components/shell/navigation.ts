import type { IconName } from '#components/ui/icons.ts'
import { roleWord, type Role, type Viewer } from '#components/shell/viewer.ts'

export type NavigationItem = {
  readonly label: string
  readonly href: string
  readonly icon: IconName
  /** Pressed after `g`. */
  readonly key?: string
  /** Shown only where something waits. */
  readonly count?: number
}

export type NavigationGroup = { readonly title: string | null; readonly items: readonly NavigationItem[] }

const home = { label: 'Home', href: '/', icon: 'home', key: 'h' } as const
const overview = { label: 'Overview', href: '/admin', icon: 'gauge', key: 'o' } as const
const keys = { label: 'Keys', href: '/keys', icon: 'key', key: 'k' } as const
const models = { label: 'Models', href: '/models', icon: 'cube', key: 'm' } as const
const usage = { label: 'Usage', href: '/usage', icon: 'chart', key: 'u' } as const
const calls = { label: 'Calls', href: '/calls', icon: 'list', key: 'c' } as const
const profiles = { label: 'Access profiles', href: '/admin/profiles', icon: 'shield', key: 'p' } as const
const people = { label: 'People and teams', href: '/admin/people', icon: 'users' } as const
const workloads = { label: 'Agents and workloads', href: '/workloads', icon: 'bot' } as const
const providers = { label: 'Providers', href: '/admin/providers', icon: 'server' } as const
const showback = { label: 'Showback', href: '/showback', icon: 'chart', key: 's' } as const
const budgets = { label: 'Budgets', href: '/budgets', icon: 'wallet', key: 'b' } as const
const limits = { label: 'Limits', href: '/limits', icon: 'bolt', key: 'l' } as const
const alerts = { label: 'Alerts', href: '/alerts', icon: 'bell' } as const
const settings = { label: 'Settings', href: '/admin/settings/organisation', icon: 'settings' } as const
const audit = { label: 'Audit log', href: '/admin/audit', icon: 'scroll', key: 'a' } as const
const unbooked = { label: 'Unbooked events', href: '/admin/unbooked', icon: 'inbox' } as const

const requests = { label: 'My requests', href: '/requests', icon: 'send', key: 'r' } as const
const approvals = { label: 'Approvals', href: '/approvals', icon: 'inbox', key: 'w' } as const

/** What each role sees. Only pages that exist stand here. */
const byRole: Record<Role, readonly NavigationGroup[]> = {
  developer: [{ title: null, items: [home, keys, models, usage, calls, requests, budgets, limits, alerts] }],
  admin: [
    { title: null, items: [home, overview, approvals, alerts] },
    { title: 'Access', items: [keys, profiles, workloads, people] },
    { title: 'Supply', items: [{ ...models, label: 'Models and prices' }, providers] },
    { title: 'Money', items: [showback, budgets, limits] },
    { title: 'Assurance', items: [audit, unbooked] },
    { title: 'Organisation', items: [settings] },
  ],
  finance: [
    { title: null, items: [home, alerts] },
    { title: 'Money', items: [showback, budgets] },
    { title: 'Look up', items: [calls, models, people, unbooked] },
  ],
  auditor: [
    { title: null, items: [home, alerts] },
    { title: 'Assurance', items: [audit, profiles, keys, workloads, people, calls, budgets, limits, unbooked] },
  ],
  viewer: [{ title: null, items: [home, overview, models, usage, alerts] }],
}

const size = (groups: readonly NavigationGroup[]) => groups.reduce((sum, group) => sum + group.items.length, 0)

/**
 * The navigation of a person. Roles add up, the one with more pages first; a page that two roles share stands once,
 * where the first has it. What only the second role has stands below, under that role's name or its own titles.
 */
export function navigation(roles: readonly Role[], leadOf: Viewer['leadOf'] = []): readonly NavigationGroup[] {
  const ordered = [...new Set(roles)].sort((one, other) => size(byRole[other]) - size(byRole[one]))
  const seen = new Set<string>()
  const groups: { title: string | null; items: NavigationItem[] }[] = []
  const add = (title: string | null, items: readonly NavigationItem[]) => {
    const fresh = items.filter((item) => !seen.has(item.href))
    for (const item of fresh) seen.add(item.href)
    if (fresh.length === 0) return
    const same = groups.find((group) => group.title === title)
    if (same) same.items.push(...fresh)
    else groups.push({ title, items: fresh })
  }
  for (const [index, role] of ordered.entries()) {
    for (const group of byRole[role]) add(group.title ?? (index === 0 ? null : roleWord(role)), group.items)
  }
  if (groups.length === 0) add(null, [home])
  for (const team of leadOf) {
    add(`Team ${team.name}`, [
      { label: 'Overview', href: `/team/${encodeURIComponent(team.id)}`, icon: 'gauge' },
      approvals,
      { label: 'Members', href: `/team/${encodeURIComponent(team.id)}/members`, icon: 'users' },
      { label: 'Agents and workloads', href: `/workloads?team=${encodeURIComponent(team.id)}`, icon: 'bot' },
      { label: 'Keys of the team', href: `/keys?team=${encodeURIComponent(team.id)}`, icon: 'key' },
      { label: 'Budget', href: `/team/${encodeURIComponent(team.id)}/budget`, icon: 'wallet' },
    ])
  }
  return groups
}

/** The same groups, with what waits behind each address. */
export function withCounts(
  groups: readonly NavigationGroup[],
  waiting: Readonly<Record<string, number>>,
): readonly NavigationGroup[] {
  return groups.map((group) => ({
    ...group,
    items: group.items.map((item) => (waiting[item.href] ? { ...item, count: waiting[item.href]! } : item)),
  }))
}

export type ShellAction = {
  readonly label: string
  readonly href: string
  readonly icon: IconName
  readonly key?: string
}

/** What can be begun from anywhere, for the palette. */
export function actionsFor(roles: readonly Role[]): readonly ShellAction[] {
  const actions: ShellAction[] = []
  if (roles.includes('developer') || roles.includes('admin')) {
    actions.push({ label: 'New key', href: '/keys?new=1', icon: 'plus' })
  }
  if (roles.some((role) => role === 'developer' || role === 'admin' || role === 'auditor')) {
    actions.push({ label: 'Would this call pass?', href: '/decisions/try', icon: 'shield' })
  }
  return actions
}

/** The item whose page this address is, or is inside of: the longest path that fits. */
export function currentHref(groups: readonly NavigationGroup[], address: string, search = ''): string | null {
  // A decision is what lies behind a call.
  const path = address.startsWith('/decisions/') ? '/calls' : address
  const query = new URLSearchParams(search)
  let best: { href: string; weight: number } | null = null
  for (const { href } of groups.flatMap((group) => group.items)) {
    const [itemPath = '', itemQuery = ''] = href.split('?')
    const wanted = [...new URLSearchParams(itemQuery)]
    const inside = itemPath === '/' ? path === '/' : path === itemPath || path.startsWith(`${itemPath}/`)
    if (!inside || !wanted.every(([name, value]) => query.get(name) === value)) continue
    const weight = itemPath.length + wanted.length
    if (!best || weight > best.weight) best = { href, weight }
  }
  return best?.href ?? null
}

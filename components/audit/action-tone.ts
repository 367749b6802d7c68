/** The colour of an action's name: what was refused or taken away, and quarantine, stand out. Pure. */
export function actionTone(action: string): string {
  if (/\.(quarantine|release)$/.test(action)) return 'text-quar-ink'
  return /\.(refuse|revoke|disable|delete|archive)$/.test(action) ? 'text-bad-ink' : 'text-ink-3'
}

/** `api_token` → "API token": a type of target in words. */
export function targetWords(type: string): string {
  const known: Record<string, string> = {
    api_token: 'API token',
    user: 'Person',
    profile: 'Access profile',
    profile_mapping: 'Group mapping',
  }
  const text = type.replaceAll('_', ' ')
  return known[type] ?? text.charAt(0).toUpperCase() + text.slice(1)
}

/** Where a target has a page of its own. */
export function targetHref(type: string, id: string): string | null {
  const pages: Record<string, string> = {
    key: '/keys/',
    user: '/admin/people/',
    profile: '/admin/profiles/',
    provider: '/admin/providers/',
  }
  const page = pages[type]
  return page === undefined ? null : page + encodeURIComponent(id)
}

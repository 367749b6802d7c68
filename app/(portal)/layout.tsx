import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { signedIn } from './signed-in.ts'
import { PREFERENCES_COOKIE, readPreferences } from '#components/shell/preferences.ts'
import { Shell } from '#components/shell/shell.tsx'
import type { Role } from '#components/shell/viewer.ts'
import { countWaitingAlerts } from '#lib/alerts/list-alerts.ts'
import { readViewer } from '#lib/identity/read-viewer.ts'
import { countWaiting } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

export const dynamic = 'force-dynamic'

/** Every page for people who are signed in. What each of them may see is the page's own business, beside its data. */
export default async function PortalLayout({ children }: { readonly children: ReactNode }) {
  const actor = await signedIn()
  const context = portal()
  const [names, waiting, alerts, jar] = await Promise.all([
    readViewer(context, actor),
    countWaiting(context, actor),
    countWaitingAlerts(context, actor),
    cookies(),
  ])
  return (
    <Shell
      viewer={{
        name: actor.name,
        email: actor.email ?? '',
        roles: [...actor.roles].filter(isShellRole),
        leadOf: names.leadOf,
        organisation: names.organisation,
        team: names.teams[0]?.name ?? null,
        waiting: { '/approvals': waiting, '/alerts': alerts },
        preferences: readPreferences(jar.get(PREFERENCES_COOKIE)?.value),
      }}
    >
      {children}
    </Shell>
  )
}

const shellRoles: readonly string[] = ['admin', 'developer', 'finance', 'auditor', 'viewer'] satisfies Role[]

function isShellRole(role: string): role is Role {
  return shellRoles.includes(role)
}

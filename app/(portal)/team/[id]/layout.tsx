import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { openTeam, type TeamParams } from './open-team.ts'
import { AlertStrips } from '#components/alerts/alert-strips.tsx'
import { ArchiveButton } from '#components/organisation/archive-button.tsx'
import { QuarantineActs } from '#components/quarantine/quarantine-acts.tsx'
import { ThingState } from '#components/organisation/thing-state.tsx'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Views, type View } from '#components/ui/tabs.tsx'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { portal } from '#lib/wiring/portal.ts'

export async function generateMetadata({ params }: TeamParams): Promise<Metadata> {
  const open = await openTeam((await params).id).catch(() => null)
  return { title: open?.team.name ?? 'Not found' }
}

/** The head of a team and its parts; what stands below is one of them. */
export default async function TeamLayout({ params, children }: TeamParams & { readonly children: ReactNode }) {
  const { actor, team } = await openTeam((await params).id)
  const context = portal()
  const ofTeam = { teamId: team.id }
  const seesPeople = may(actor, 'user.read', ofTeam)
  const [quarantine, alerts] = await Promise.all([
    team.status === 'quarantined' ? readQuarantine(context, { type: 'team', id: team.id }) : null,
    listAlerts(
      context,
      actor,
      listAlertsQuery.parse({ filter: { subjectType: ['team'], subjectId: [team.id], state: ['open'] } }),
    ),
  ])
  const writes = team.status !== 'archived' && may(actor, 'team.write')
  const path = `/team/${team.id}`
  const views: View[] = [
    { label: 'Overview', href: path },
    ...(seesPeople ? [{ label: 'Members', href: `${path}/members`, count: team.members }] : []),
    ...(may(actor, 'budget.read', ofTeam) ? [{ label: 'Budget', href: `${path}/budget` }] : []),
  ]
  return (
    <>
      <PageHeader
        title={team.name}
        crumb={may(actor, 'team.write') || seesPeople ? { label: 'Teams', href: '/admin/people/teams' } : undefined}
        tags={<ThingState status={team.status} />}
        actions={
          <>
            {writes ? (
              <>
                <ButtonLink href={`${path}?edit=1`} scroll={false}>
                  Change
                </ButtonLink>
                <ArchiveButton
                  path={`/teams/${team.id}`}
                  name={team.name}
                  needs="Its keys have to be revoked first."
                  doneHref="/admin/people/teams"
                />
              </>
            ) : null}
            <QuarantineActs
              kind="team"
              id={team.id}
              name={team.name}
              status={team.status}
              mayStop={may(actor, 'team.quarantine', ofTeam)}
              mayRelease={may(actor, 'team.quarantine', ofTeam)}
            />
          </>
        }
      />
      {views.map(({ href, label }, index) => (
        <Hotkey key={href} keys={String(index + 1)} label={label} href={href} />
      ))}
      <Views label="Parts of this team" views={views} />
      {quarantine ? (
        <QuarantineStrip
          quarantine={quarantine}
          effect="Its keys are refused with 403 principal_disabled. An admin releases it."
        />
      ) : null}
      <AlertStrips alerts={alerts.data} />
      {children}
    </>
  )
}

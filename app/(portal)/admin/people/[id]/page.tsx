import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { signedIn } from '../../../signed-in.ts'
import { GroupsOf } from '#components/people/groups-of.tsx'
import { KeysOf } from '#components/people/keys-of.tsx'
import { PersonActs } from '#components/people/person-acts.tsx'
import { PersonState } from '#components/people/person-state.tsx'
import { rolesText } from '#components/people/role-words.ts'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { formatDate, formatMoney, formatMonth } from '#components/ui/format.ts'
import { BigFigure } from '#components/ui/figures.tsx'
import { Link } from '#components/ui/link.tsx'
import { Facts, Section } from '#components/ui/section.tsx'
import { Time } from '#components/ui/time.tsx'
import { listProfileMappings, listProfileMappingsQuery } from '#lib/identity/access/profile-mappings.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { UserView } from '#lib/identity/people/contract.ts'
import { readLastGroups } from '#lib/identity/people/read-last-groups.ts'
import { readUser } from '#lib/identity/people/users.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { AppError } from '#lib/platform/errors.ts'
import { spentByUser } from '#lib/reports/spent-by-user.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { portal } from '#lib/wiring/portal.ts'

type Props = { readonly params: Promise<{ readonly id: string }> }

const personOf = cache(async (id: string): Promise<UserView> => {
  try {
    return await readUser(portal(), await signedIn(), id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await personOf((await params).id)).name }
}

export default async function PersonPage({ params }: Props) {
  const actor = await signedIn()
  const person = await personOf((await params).id)
  const context = portal()
  const nowMs = context.clock.nowMs()
  const seesGroups = may(actor, 'profile_mapping.read')
  const listsKeys = mayListKeys(actor, person)
  const [keys, active, spent, session, mappings, quarantine] = await Promise.all([
    listsKeys ? listKeys(context, actor, listKeysQuery.parse({ limit: 20, filter: { owner: [person.id] } })) : null,
    listsKeys
      ? listKeys(context, actor, listKeysQuery.parse({ limit: 1, filter: { owner: [person.id], status: ['active'] } }))
      : null,
    spentByUser(context, actor, [person.id]),
    seesGroups ? readLastGroups(context, actor, person.id) : null,
    seesGroups ? listProfileMappings(context, actor, listProfileMappingsQuery.parse({ limit: 200 })) : null,
    person.status === 'quarantined' ? readQuarantine(context, { type: 'user', id: person.id }) : null,
  ])
  return (
    <>
      <PageHeader
        title={person.name}
        crumb={{ label: 'People', href: '/admin/people' }}
        tags={<PersonState status={person.status} hasSignedIn={person.lastSignInAt !== null} />}
        actions={
          may(actor, 'user.write') && actor.id !== person.id ? (
            <PersonActs
              person={{ id: person.id, name: person.name, status: person.status }}
              keys={active?.totals?.count ?? 0}
            />
          ) : undefined
        }
      />
      {quarantine ? (
        <QuarantineStrip
          quarantine={quarantine}
          effect="Their keys are refused with 403 principal_disabled, and they cannot sign in. An admin releases the account."
        />
      ) : null}
      <PageBody>
        <Columns
          rail={
            <>
              {spent ? (
                <Section
                  title={`Spent in ${formatMonth(nowMs).split(' ')[0]}`}
                  end={<Link href={`/usage?user=${person.id}`}>Usage</Link>}
                >
                  <BigFigure value={formatMoney(spent.get(person.id) ?? 0n)} beside="with own keys and workloads" />
                </Section>
              ) : null}
              <Section title="About">
                <Facts items={factsOf(person, nowMs)} />
              </Section>
              {may(actor, 'audit.read') ? (
                <Section title="In the audit log">
                  <p className="grid gap-1">
                    <Link href={`/admin/audit?actor=${person.id}`}>What {person.name} did</Link>
                    <Link href={`/admin/audit?target=${person.id}`}>What was done to this account</Link>
                  </p>
                </Section>
              ) : null}
            </>
          }
        >
          {keys ? (
            <KeysOf
              keys={keys.data}
              total={keys.totals?.count ?? keys.data.length}
              href={`/keys?owner=${person.id}`}
              name={person.name}
              nowMs={nowMs}
            />
          ) : null}
          {seesGroups ? <GroupsOf session={session} mappings={mappings?.data ?? []} nowMs={nowMs} /> : null}
        </Columns>
      </PageBody>
    </>
  )
}

/** Keys of somebody else: for those who see all keys, or lead one of the person's teams. */
function mayListKeys(actor: Actor, person: UserView): boolean {
  const visible = visibleRows(actor, 'key.read')
  return visible.all || actor.id === person.id || person.teams.some(({ id }) => visible.teamIds.includes(id))
}

function factsOf(person: UserView, nowMs: number) {
  const leads = person.teams.filter(({ isLead }) => isLead).map(({ name }) => name)
  return [
    { label: 'Mail', value: person.email },
    { label: 'Roles', value: rolesText(person.roles) },
    { label: 'Primary team', value: person.primaryTeam?.name ?? 'None' },
    { label: 'Teams', value: person.teams.map(({ name }) => name).join(', ') || 'None' },
    ...(leads.length > 0 ? [{ label: 'Leads', value: leads.join(', ') }] : []),
    { label: 'Access profile', value: person.profile?.name ?? 'None' },
    {
      label: 'Last sign-in',
      value: person.lastSignInAt ? <Time at={Date.parse(person.lastSignInAt)} now={nowMs} /> : 'Never',
    },
    { label: 'Here since', value: formatDate(Date.parse(person.createdAt)) },
  ]
}

import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { signedIn } from '../../../signed-in.ts'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { ProfileEditor } from '#components/profiles/editor/profile-editor.tsx'
import { GroupsPart } from '#components/profiles/groups-part.tsx'
import { MappingPanel } from '#components/profiles/mapping-panel.tsx'
import { ProfileActs } from '#components/profiles/profile-acts.tsx'
import { PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatCount, formatPrice } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Facts, Section } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import type { ModelView } from '#lib/catalog/contract.ts'
import { listModels, listModelsQuery } from '#lib/catalog/models/read-models.ts'
import { readCatalogNames } from '#lib/catalog/read-names.ts'
import { routes } from '#lib/gateway/routes.ts'
import { listProfileMappings, listProfileMappingsQuery } from '#lib/identity/access/profile-mappings.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { AppError } from '#lib/platform/errors.ts'
import type { ProfileView } from '#lib/policy/contract.ts'
import { listProfiles, listProfilesQuery, readProfile } from '#lib/policy/read-profiles.ts'
import { portal } from '#lib/wiring/portal.ts'

type Props = { readonly params: Promise<{ readonly id: string }>; readonly searchParams: SearchParams }

const profileOf = cache(async (id: string): Promise<ProfileView> => {
  try {
    return await readProfile(portal(), await signedIn(), id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await profileOf((await params).id)).name }
}

export default async function ProfilePage({ params, searchParams }: Props) {
  const actor = await signedIn()
  const profile = await profileOf((await params).id)
  const context = portal()
  const writes = may(actor, 'profile.write')
  const mapsGroups = may(actor, 'profile_mapping.write')
  const [{ providers, regions }, models, mappings] = await Promise.all([
    readCatalogNames(context.db),
    listModels(context, actor, listModelsQuery.parse({ limit: 200, filter: { status: ['active', 'quarantined'] } })),
    listProfileMappings(
      context,
      actor,
      listProfileMappingsQuery.parse({ limit: 200, filter: { profile: [profile.id] } }),
    ),
  ])
  const path = `/admin/profiles/${profile.id}`
  const group = mapsGroups ? textParam((await searchParams).group) : null
  return (
    <>
      <PageHeader
        title={profile.name}
        crumb={{ label: 'Access profiles', href: '/admin/profiles' }}
        tags={
          <>
            <Tag tone="strong">Version {profile.version} in force</Tag>
            {profile.isDefault ? <Tag tone="accent">Default for everyone</Tag> : null}
            {writes ? null : <Tag>Read only</Tag>}
          </>
        }
        actions={
          <>
            <ButtonLink variant="quiet" icon="history" href={`${path}/versions`}>
              Versions
            </ButtonLink>
            {may(actor, 'audit.read') ? (
              <ButtonLink variant="quiet" icon="scroll" href={`/admin/audit?target=${profile.id}`}>
                Audit log
              </ButtonLink>
            ) : null}
            {writes ? <ProfileActs profile={profile} /> : null}
            {writes ? (
              <ButtonLink icon="copy" href={`/admin/profiles?new=1&from=${profile.id}`}>
                Duplicate
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <ProfileEditor
        key={profile.id}
        profile={profile}
        models={models.data.map(modelOption)}
        providers={providers}
        regions={regions}
        endpoints={served}
        mayWrite={writes}
        groups={
          <GroupsPart
            mappings={mappings.data.toSorted((a, b) => b.priority - a.priority)}
            isDefault={profile.isDefault}
            path={mapsGroups ? path : null}
          />
        }
        rail={<Reach profile={profile} nowMs={context.clock.nowMs()} />}
      />
      {group === null ? null : <GroupPanel profile={profile} wanted={group} closeHref={path} />}
    </>
  )
}

const served = [...new Set(routes.map(({ endpoint }) => endpoint))]

function modelOption({ name, vendor, price }: ModelView) {
  const { input, output } = price?.usdPerMillion ?? {}
  return { name, vendor, price: input === undefined ? null : formatPrice(input, output) }
}

/** Whom a change reaches. */
function Reach({ profile, nowMs }: { readonly profile: ProfileView; readonly nowMs: number }) {
  return (
    <Section title="Whom it reaches">
      <Facts
        items={[
          {
            label: 'Living keys',
            value: <Link href={`/keys?profile=${profile.id}`}>{formatCount(profile.keys)}</Link>,
          },
          {
            label: 'People',
            value: <Link href={`/admin/people?profile=${profile.id}`}>{formatCount(profile.people)}</Link>,
          },
          { label: 'Groups', value: formatCount(profile.groups.length) },
          { label: 'In force since', value: <Time at={Date.parse(profile.updatedAt)} now={nowMs} /> },
        ]}
      />
      <p className="text-xs text-ink-3">
        Keys obey a change on their next call. Layers only narrow: a team, a project or the key itself may still allow
        less.
      </p>
    </Section>
  )
}

async function GroupPanel({
  profile,
  wanted,
  closeHref,
}: {
  readonly profile: ProfileView
  readonly wanted: string
  readonly closeHref: string
}) {
  const actor = await signedIn()
  const context = portal()
  const [all, teams, profiles] = await Promise.all([
    listProfileMappings(
      context,
      actor,
      listProfileMappingsQuery.parse({ limit: 200, filter: { profile: [profile.id] } }),
    ),
    listTeams(context, actor, listTeamsQuery.parse({ limit: 200 })),
    listProfiles(context, actor, listProfilesQuery.parse({ limit: 200 })),
  ])
  const mapping = all.data.find(({ id }) => id === wanted) ?? null
  if (mapping === null && wanted !== 'new') return null
  return (
    <MappingPanel
      key={wanted}
      mapping={mapping}
      teams={teams.data.map(({ id, name }) => ({ id, name }))}
      profiles={profiles.data.map(({ id, name }) => ({ id, name }))}
      profileId={profile.id}
      closeHref={closeHref}
    />
  )
}

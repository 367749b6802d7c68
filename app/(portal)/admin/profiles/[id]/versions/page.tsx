import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { signedIn } from '../../../../signed-in.ts'
import { AskButton } from '#components/admin/ask-button.tsx'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, type SearchParams } from '#components/admin/search-params.ts'
import { changeWords } from '#components/profiles/change-words.ts'
import { draftOf } from '#components/profiles/draft.ts'
import { ChangeList } from '#components/profiles/editor/change-list.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Section } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { may } from '#lib/identity/rules/permissions.ts'
import { AppError } from '#lib/platform/errors.ts'
import type { ProfileVersionView, ProfileView } from '#lib/policy/contract.ts'
import { readProfile } from '#lib/policy/read-profiles.ts'
import { listVersions, listVersionsQuery } from '#lib/policy/read-versions.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Versions' }

type Props = { readonly params: Promise<{ readonly id: string }>; readonly searchParams: SearchParams }

/** Every version of a profile, what each changed, and the way back to it. */
export default async function VersionsPage({ params, searchParams }: Props) {
  const actor = await signedIn()
  const context = portal()
  const { id } = await params
  const search = await searchParams
  const profile = await profileOrNotFound(() => readProfile(context, actor, id))
  // One more than is shown: each is told by what it changed of the one before it.
  const query = listVersionsQuery.parse({ limit: 20 })
  const page = await listVersions(context, actor, id, { ...query, cursor: cursorParam(search.cursor) })
  const oldest = page.data.at(-1)
  const before = oldest && oldest.version > 1 ? await versionBefore(id, oldest.version) : null
  const path = `/admin/profiles/${profile.id}`
  const nowMs = context.clock.nowMs()
  return (
    <>
      <PageHeader
        title={`Versions of ${profile.name}`}
        crumb={{ label: profile.name, href: path }}
        tags={<Tag tone="strong">Version {profile.version} in force</Tag>}
      />
      <PageBody>
        {page.data.map((version, index) => (
          <VersionSection
            key={version.version}
            version={version}
            previous={page.data[index + 1] ?? before}
            profile={profile}
            mayWrite={may(actor, 'profile.write')}
            nowMs={nowMs}
          />
        ))}
        <Paging
          {...pagingLinks({ path: `${path}/versions`, search: searchText(search), nextCursor: page.nextCursor })}
        />
      </PageBody>
    </>
  )

  async function versionBefore(profileId: string, version: number): Promise<ProfileVersionView | null> {
    const rest = await listVersions(context, actor, profileId, {
      ...query,
      limit: 1,
      cursor: page.nextCursor ?? undefined,
    })
    return page.nextCursor === null ? null : (rest.data.find((each) => each.version === version - 1) ?? null)
  }
}

type VersionSectionProps = {
  readonly version: ProfileVersionView
  readonly previous: ProfileVersionView | null
  readonly profile: ProfileView
  readonly mayWrite: boolean
  readonly nowMs: number
}

function VersionSection({ version, previous, profile, mayWrite, nowMs }: VersionSectionProps) {
  const changes = previous ? changeWords(draftOf(previous), draftOf(version)) : []
  return (
    <Section
      title={`Version ${version.version}`}
      aside={
        <>
          <Time at={Date.parse(version.at)} now={nowMs} />
          {version.by ? ` by ${version.by}` : ''}
          {version.restores === null ? '' : `, as in version ${version.restores}`}
        </>
      }
      end={
        version.inForce ? (
          <Tag tone="ok">In force</Tag>
        ) : mayWrite ? (
          <AskButton
            label="Put back"
            icon="rotate"
            variant="quiet"
            title={`Put version ${version.version} of ${profile.name} back?`}
            description={`It becomes version ${profile.version + 1}; nothing is lost, and it can be undone the same way.`}
            effects={[{ icon: 'key', text: 'Its keys obey it on their next call' }]}
            verb={`Apply as version ${profile.version + 1}`}
            verbVariant="primary"
            path={`/profiles/${profile.id}/versions/${version.version}/restore`}
            method="POST"
            body={{ version: profile.version }}
            keep={`to stay with version ${profile.version}`}
          />
        ) : null
      }
    >
      {changes.length > 0 ? (
        <ChangeList label="Change" changes={changes} />
      ) : (
        <p className="text-ink-3">
          {previous ? 'The same guardrails as the version before it.' : 'The first version that was kept.'}
        </p>
      )}
    </Section>
  )
}

async function profileOrNotFound(read: () => Promise<ProfileView>): Promise<ProfileView> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
}

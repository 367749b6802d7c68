import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { signedIn } from '../../signed-in.ts'
import { workloadFields } from '../workload-fields.ts'
import { searchText, type SearchParams } from '#components/admin/search-params.ts'
import { EnvironmentTag } from '#components/keys/key-cells.tsx'
import { kindLooks } from '#components/keys/key-words.ts'
import { ArchiveButton } from '#components/organisation/archive-button.tsx'
import { OrganisationPanel } from '#components/organisation/organisation-panel.tsx'
import { QuarantineActs } from '#components/quarantine/quarantine-acts.tsx'
import { ThingState } from '#components/organisation/thing-state.tsx'
import { KeysOf } from '#components/people/keys-of.tsx'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatDate } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Facts, Section } from '#components/ui/section.tsx'
import type { WorkloadView, workloadKinds } from '#lib/identity/organisation/contract.ts'
import { readWorkload } from '#lib/identity/organisation/workloads.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { AppError } from '#lib/platform/errors.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { portal } from '#lib/wiring/portal.ts'

type Props = { readonly params: Promise<{ readonly id: string }>; readonly searchParams: SearchParams }

const workloadOf = cache(async (id: string): Promise<WorkloadView> => {
  try {
    return await readWorkload(portal(), await signedIn(), id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await workloadOf((await params).id)).name }
}

export default async function WorkloadPage({ params, searchParams }: Props) {
  const actor = await signedIn()
  const workload = await workloadOf((await params).id)
  const context = portal()
  const target = { teamId: workload.team.id, ownerUserId: workload.owner?.id ?? null }
  const writes = may(actor, 'workload.write', target) && workload.status !== 'archived'
  const query = await searchParams
  const [keys, quarantine, fields] = await Promise.all([
    listKeys(context, actor, listKeysQuery.parse({ limit: 20, filter: { workload: [workload.id] } })),
    workload.status === 'quarantined' ? readQuarantine(context, { type: 'workload', id: workload.id }) : null,
    writes && query.edit !== undefined ? workloadFields(actor, workload) : null,
  ])
  const path = `/workloads/${workload.id}`
  const search = searchText(query)
  return (
    <>
      <PageHeader
        title={workload.name}
        crumb={{ label: 'Agents and workloads', href: '/workloads' }}
        tags={
          <>
            <ThingState status={workload.status} />
            <EnvironmentTag environment={workload.environment} />
          </>
        }
        actions={
          <>
            {writes ? (
              <ButtonLink href={withQuery(path, search, { edit: '1' })} scroll={false}>
                Change
              </ButtonLink>
            ) : null}
            {writes ? (
              <ArchiveButton
                path={path}
                name={workload.name}
                needs="Its keys have to be revoked first."
                doneHref="/workloads"
              />
            ) : null}
            <QuarantineActs
              kind="workload"
              id={workload.id}
              name={workload.name}
              status={workload.status}
              mayStop={may(actor, 'workload.quarantine', target)}
              mayRelease={may(actor, 'workload.release', target)}
            />
          </>
        }
      />
      {quarantine ? (
        <QuarantineStrip
          quarantine={quarantine}
          effect="Its keys are refused with 403 principal_disabled. An admin releases it."
        />
      ) : null}
      <PageBody>
        <Columns
          rail={
            <>
              <Section title="About">
                <Facts items={factsOf(workload)} />
              </Section>
              {may(actor, 'audit.read') ? (
                <Section title="In the audit log">
                  <Link href={`/admin/audit?target=${workload.id}`}>What was done to it</Link>
                </Section>
              ) : null}
            </>
          }
        >
          <KeysOf
            keys={keys.data}
            total={keys.totals?.count ?? keys.data.length}
            href={`/keys?workload=${workload.id}`}
            name={workload.name}
            nowMs={context.clock.nowMs()}
          />
        </Columns>
      </PageBody>
      {fields ? (
        <OrganisationPanel
          title={`Change ${workload.name}`}
          verb="Save"
          path={path}
          method="PATCH"
          fields={fields}
          closeHref={withQuery(path, search, { edit: null })}
        />
      ) : null}
    </>
  )
}

function factsOf({ kind, team, project, owner, createdAt }: WorkloadView) {
  return [
    { label: 'Kind', value: kindLooks[kind as (typeof workloadKinds)[number]].word },
    { label: 'Team', value: <Link href={`/team/${team.id}`}>{team.name}</Link> },
    { label: 'Project', value: project?.name ?? 'None' },
    { label: 'Answers for it', value: owner?.name ?? 'Nobody' },
    { label: 'Here since', value: formatDate(Date.parse(createdAt)) },
  ]
}

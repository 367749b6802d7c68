import { rolesText } from '#components/people/role-words.ts'
import { Link } from '#components/ui/link.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { ProfileMappingView } from '#lib/identity/access/contract.ts'
import type { LastGroups } from '#lib/identity/people/read-last-groups.ts'

type GroupsOfProps = {
  readonly session: LastGroups | null
  readonly mappings: readonly ProfileMappingView[]
  readonly nowMs: number
}

/** Who gets what, and why: the groups of the latest sign-in, each with what it gives. */
export function GroupsOf({ session, mappings, nowMs }: GroupsOfProps) {
  if (!session) {
    return (
      <Section title="Groups">
        <p className="text-ink-2">
          No sign-in is kept of this person. Groups are read from the identity provider at each one.
        </p>
      </Section>
    )
  }
  const byGroup = new Map(mappings.map((mapping) => [mapping.group, mapping]))
  const groups = session.groups.toSorted((a, b) => (byGroup.get(b)?.priority ?? -1) - (byGroup.get(a)?.priority ?? -1))
  return (
    <Section
      title="Groups"
      aside={
        <>
          At the last sign-in, <Time at={session.atMs} now={nowMs} />
        </>
      }
      end={<Link href="/admin/people/groups">All groups</Link>}
    >
      {groups.length === 0 ? (
        <p className="text-ink-2">The identity provider named no group.</p>
      ) : (
        <Table label="Groups" inline rows="tight">
          <thead>
            <tr>
              <Th>Group</Th>
              <Th>Team</Th>
              <Th>Access profile</Th>
              <Th drop={4}>Roles</Th>
              <Th num drop={4}>
                Priority
              </Th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <GroupRow key={group} group={group} mapping={byGroup.get(group)} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  )
}

function GroupRow({ group, mapping }: { readonly group: string; readonly mapping: ProfileMappingView | undefined }) {
  return (
    <tr>
      <Td mono give>
        {group}
      </Td>
      {mapping ? (
        <>
          <Td dim>{mapping.team?.name ?? (mapping.isLead ? 'Leads the primary team' : null)}</Td>
          <Td dim>{mapping.profile?.name}</Td>
          <Td dim drop={4}>
            {mapping.roles.length === 0 ? null : rolesText(mapping.roles)}
          </Td>
          <Td num dim drop={4}>
            {mapping.priority}
          </Td>
        </>
      ) : (
        <td colSpan={4} className="text-ink-3">
          Gives nothing: not mapped
        </td>
      )}
    </tr>
  )
}

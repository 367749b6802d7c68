import { rolesText } from '#components/people/role-words.ts'
import { Row } from '#components/ui/list.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, TableEmpty, Td, Th } from '#components/ui/table.tsx'
import type { ReactNode } from 'react'
import type { ProfileMappingView } from '#lib/identity/access/contract.ts'

type MappingTableProps = {
  readonly mappings: readonly ProfileMappingView[]
  /** Where one is changed; none for readers. */
  readonly hrefOf: ((id: string) => string) | null
  readonly empty: ReactNode
}

/** What groups give, the one that decides first. Inside a List. */
export function MappingTable({ mappings, hrefOf, empty }: MappingTableProps) {
  return (
    <Table label="Groups">
      <thead>
        <tr>
          <Th>Group</Th>
          <Th num>Priority</Th>
          <Th>Team</Th>
          <Th drop={4}>Access profile</Th>
          <Th drop={3}>Roles</Th>
        </tr>
      </thead>
      <tbody>
        {mappings.length === 0 ? <TableEmpty columns={5}>{empty}</TableEmpty> : null}
        {mappings.map((mapping) => (
          <Row key={mapping.id} id={mapping.id} href={hrefOf?.(mapping.id)}>
            <Td give>
              <span className="mono">
                {hrefOf ? (
                  <Link href={hrefOf(mapping.id)} scroll={false} className="font-normal text-ink hover:text-ink">
                    {mapping.group}
                  </Link>
                ) : (
                  mapping.group
                )}
              </span>
            </Td>
            <Td num>{mapping.priority}</Td>
            <Td dim>{teamWords(mapping)}</Td>
            <Td dim drop={4}>
              {mapping.profile?.name}
            </Td>
            <Td dim drop={3}>
              {mapping.roles.length === 0 ? null : rolesText(mapping.roles)}
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

/** A mapping without a team that makes leads makes them of each one's primary team. */
export function teamWords({ team, isLead }: Pick<ProfileMappingView, 'team' | 'isLead'>): string | null {
  if (!team) return isLead ? 'Lead of the primary team' : null
  return isLead ? `${team.name}, as lead` : team.name
}

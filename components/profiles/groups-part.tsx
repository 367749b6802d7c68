import { parts } from '#components/profiles/profile-fields.ts'
import { teamWords } from '#components/profiles/mapping-table.tsx'
import { rolesText } from '#components/people/role-words.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Link } from '#components/ui/link.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { ProfileMappingView } from '#lib/identity/access/contract.ts'

type GroupsPartProps = {
  readonly mappings: readonly ProfileMappingView[]
  readonly isDefault: boolean
  /** Where a mapping is changed or made; none for readers. */
  readonly path: string | null
}

/** Which groups of the identity provider lead to this profile. */
export function GroupsPart({ mappings, isDefault, path }: GroupsPartProps) {
  return (
    <Section
      id="groups"
      title={parts.groups}
      aside="At each person’s next sign-in"
      className="scroll-mt-4"
      end={
        path ? (
          <ButtonLink size="small" icon="plus" href={`${path}?group=new`} scroll={false}>
            Map a group
          </ButtonLink>
        ) : undefined
      }
    >
      {mappings.length === 0 ? (
        <p className="text-ink-2">
          No group leads here{isDefault ? ', but it is the default: who has no other profile has this one.' : '.'}
        </p>
      ) : (
        <Table label="Groups that lead here" inline rows="tight">
          <thead>
            <tr>
              <Th>Group</Th>
              <Th num>Priority</Th>
              <Th drop={4}>Team</Th>
              <Th>Roles</Th>
            </tr>
          </thead>
          <tbody>
            {mappings.map((mapping) => (
              <tr key={mapping.id}>
                <Td give>
                  <span className="mono">
                    {path ? (
                      <Link href={`${path}?group=${mapping.id}`} scroll={false} className="font-normal">
                        {mapping.group}
                      </Link>
                    ) : (
                      mapping.group
                    )}
                  </span>
                </Td>
                <Td num>{mapping.priority}</Td>
                <Td dim drop={4}>
                  {teamWords(mapping)}
                </Td>
                <Td dim>{mapping.roles.length === 0 ? null : rolesText(mapping.roles)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {mappings.length > 0 && isDefault ? (
        <p className="text-ink-3">Also everybody whose groups say nothing about a profile: it is the default.</p>
      ) : null}
    </Section>
  )
}

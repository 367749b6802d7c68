import { KeyOwner } from '#components/keys/key-cells.tsx'
import { kindLooks } from '#components/keys/key-words.ts'
import { CopyId } from '#components/ui/copy-button.tsx'
import { formatDate } from '#components/ui/format.ts'
import { Person } from '#components/ui/person.tsx'
import { Facts, Section, type Fact } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

/** Whose the key is, who pays, how long it lives. */
export function KeyFacts({ item }: { readonly item: KeyView }) {
  const tags = Object.entries(item.tags)
  const items: Fact[] = [
    { label: item.owner ? 'Owner' : 'Team', value: <KeyOwner item={item} /> },
    ...(item.owner ? [{ label: 'Team', value: <Person name={item.team.name} kind="group" /> }] : []),
    ...(item.project ? [{ label: 'Project', value: item.project.name }] : []),
    ...(item.workload ? [{ label: kindLooks[item.kind].word, value: item.workload.name }] : []),
    { label: 'Cost centre', value: item.costCentre ?? <span className="text-ink-3">none</span> },
    { label: 'Profile', value: item.profile.name },
    ...(item.overrides.length > 0 ? [{ label: 'Beyond it', value: item.overrides.join(', ') }] : []),
    { label: 'Created', value: formatDate(Date.parse(item.createdAt)) },
    {
      label: 'Ends',
      value: item.expiresAt
        ? `${formatDate(Date.parse(item.expiresAt))}${item.endsByProfile ? `, by profile ${item.profile.name}` : ''}`
        : 'Never',
    },
    ...(item.purpose ? [{ label: 'Purpose', value: item.purpose }] : []),
    ...(tags.length > 0
      ? [
          {
            label: 'Tags',
            value: (
              <span className="flex flex-wrap gap-1">
                {tags.map(([name, value]) => (
                  <Tag key={name} mono>
                    {value ? `${name}=${value}` : name}
                  </Tag>
                ))}
              </span>
            ),
          },
        ]
      : []),
    { label: 'Id', value: <CopyId text={item.id} label="Copy key id" /> },
  ]
  return (
    <Section title="About this key">
      <Facts items={items} />
    </Section>
  )
}

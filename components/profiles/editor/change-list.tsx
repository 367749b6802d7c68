import type { ChangeWords } from '#components/profiles/change-words.ts'
import { parts } from '#components/profiles/profile-fields.ts'
import type { Field } from '#components/profiles/profile-fields.ts'
import { Table, Td, Th } from '#components/ui/table.tsx'

type ChangeListProps = {
  readonly label: string
  readonly changes: readonly ChangeWords[]
  /** Fields that somebody else changed too. */
  readonly both?: readonly Field[]
}

/** A difference, field by field. */
export function ChangeList({ label, changes, both = [] }: ChangeListProps) {
  return (
    <Table label={label} inline rows="tight" className="[&_td]:py-1.5 [&_td]:whitespace-normal">
      <thead>
        <tr>
          <Th>{label}</Th>
          <Th>Was</Th>
          <Th>Is then</Th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, part, name, was, is }) => (
          <tr key={field}>
            <Td>
              <b>{name}</b>
              {name === parts[part] ? null : <span className="text-ink-3"> {parts[part]}</span>}
              {both.includes(field) ? (
                <span className="block text-xs text-warn-ink">Changed by both of you</span>
              ) : null}
            </Td>
            <Td dim className="[overflow-wrap:anywhere]">
              {was}
            </Td>
            <Td className="[overflow-wrap:anywhere]">{is}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

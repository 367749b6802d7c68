import { actionTone } from '#components/audit/action-tone.ts'
import { EntryNumber } from '#components/audit/entry-mark.tsx'
import { Summary } from '#components/audit/summary.tsx'
import { cn } from '#components/ui/cn.ts'
import { formatCount } from '#components/ui/format.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Row } from '#components/ui/list.tsx'
import { Person } from '#components/ui/person.tsx'
import { Table, TableEmpty, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { ReactNode } from 'react'
import type { AuditEntryView } from '#lib/audit/contract.ts'

type EntryTableProps = {
  readonly entries: readonly AuditEntryView[]
  readonly openSeq: number | null
  readonly hrefOf: (seq: number) => string
  readonly nowMs: number
  /** In the table's place where there is no entry. */
  readonly empty: ReactNode
}

export function EntryTable({ entries, openSeq, hrefOf, nowMs, empty }: EntryTableProps) {
  return (
    <Table label="Audit log" rows="two">
      <thead>
        <tr>
          <Th num className="w-20">
            Entry
          </Th>
          <Th className="w-28">Time, UTC</Th>
          <Th drop={4} className="w-52">
            Actor
          </Th>
          <Th>What happened</Th>
        </tr>
      </thead>
      <tbody>
        {entries.length === 0 ? <TableEmpty columns={4}>{empty}</TableEmpty> : null}
        {entries.map((entry) => (
          <Row key={entry.seq} id={String(entry.seq)} href={hrefOf(entry.seq)} current={entry.seq === openSeq}>
            <Td num>
              <EntryNumber seq={entry.seq}>{formatCount(entry.seq)}</EntryNumber>
            </Td>
            <Td dim>
              <Time at={Date.parse(entry.at)} as="log" now={nowMs} className="tabular-nums" />
            </Td>
            <Td drop={4}>
              <Who actor={entry.actor} />
            </Td>
            <Td className="w-full max-w-0">
              <span className="grid leading-4">
                <Link
                  href={hrefOf(entry.seq)}
                  scroll={false}
                  className="truncate font-normal text-ink hover:text-ink hover:no-underline"
                >
                  <Summary text={entry.summary} name={entry.target.name} capital />
                </Link>
                <small className="truncate">
                  <span className="hidden text-ink-2 drop-4:inline">{entry.actor.name} </span>
                  <span className={cn('mono text-2xs', actionTone(entry.action))}>{entry.action}</span>
                </small>
              </span>
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

const actorIcons: Record<string, IconName> = { token: 'terminal', system: 'server' }

/** A person by face, a token or a part of the product by its sign. */
export function Who({ actor }: { readonly actor: AuditEntryView['actor'] }) {
  const icon = actorIcons[actor.type]
  if (!icon) return <Person name={actor.name} />
  return (
    <span className="inline-flex min-w-0 items-center gap-[7px]">
      <span className="grid size-[1.375rem] flex-none place-items-center text-ink-3">
        <Icon name={icon} />
      </span>
      <span className="truncate">{actor.name}</span>
    </span>
  )
}

import type { ReactNode } from 'react'
import { thisPeriod } from '#components/keys/key-words.ts'
import { PersonState } from '#components/people/person-state.tsx'
import { formatLimitMoney, formatMoney, plural, shareOf, toNanos } from '#components/ui/format.ts'
import { Row } from '#components/ui/list.tsx'
import { Link } from '#components/ui/link.tsx'
import { MeterPair } from '#components/ui/meter.tsx'
import { Avatar } from '#components/ui/person.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import type { MemberView } from '#lib/reports/members-contract.ts'

export const memberColumns = 5

type MemberTableProps = {
  readonly members: readonly MemberView[]
  readonly teamId: string
  readonly nowMs: number
  readonly empty: ReactNode
}

/** Each person of a team: their keys, what they spent of what they may, and when they called last. */
export function MemberTable({ members, teamId, nowMs, empty }: MemberTableProps) {
  // All of them have the same one, or none.
  const hasBudget = members[0]?.budget != null
  const period = members[0]?.budget?.period ?? 'month'
  return (
    <Table label="Members" rows="two">
      <thead>
        <tr>
          <SortHead field="name" fallback="-spent">
            Person
          </SortHead>
          <Th drop={2}>Keys</Th>
          <SortHead field="spent" fallback="-spent" num>
            Spent<span className="phone:hidden"> {thisPeriod[period]}</span>
          </SortHead>
          {hasBudget ? (
            <Th num drop={3}>
              Held
            </Th>
          ) : null}
          <Th num drop={4}>
            Last call
          </Th>
        </tr>
      </thead>
      <tbody>
        {members.length === 0 ? empty : null}
        {members.map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            keysHref={`/keys?team=${teamId}&owner=${member.user.id}`}
            nowMs={nowMs}
          />
        ))}
      </tbody>
    </Table>
  )
}

type MemberRowProps = {
  readonly member: MemberView
  readonly keysHref: string
  readonly nowMs: number
}

function MemberRow({ member, keysHref, nowMs }: MemberRowProps) {
  const { user, isLead, spentUsd, budget, lastCallAt } = member
  const href = `/admin/people/${user.id}`
  return (
    <Row id={user.id} href={href}>
      <Td give>
        <span className="flex items-center gap-2">
          <Lead
            icon={<Avatar name={user.name} />}
            title={user.name}
            href={href}
            second={user.email}
            narrow={keysText(member)}
          />
          {isLead ? <Tag>Lead</Tag> : null}
          {user.status === 'active' ? null : <PersonState status={user.status} hasSignedIn />}
        </span>
      </Td>
      <Td drop={2} className="max-w-72">
        {member.keys === 0 ? (
          <span className="text-ink-3">None</span>
        ) : (
          <span className="grid leading-4">
            <span>
              <Link href={keysHref}>{plural(member.keys, 'key')}</Link>
            </span>
            <small className="truncate text-ink-3">{member.firstKeys.map(({ name }) => name).join(', ')}</small>
          </span>
        )}
      </Td>
      <Td num>
        {budget ? (
          <MeterPair spent={shareOf(spentUsd, budget.amountUsd)}>
            {formatMoney(spentUsd)}{' '}
            <span className="text-ink-3 drop-4:hidden">of {formatLimitMoney(budget.amountUsd)}</span>
          </MeterPair>
        ) : (
          formatMoney(spentUsd)
        )}
      </Td>
      {budget ? (
        <Td num drop={3} dim={toNanos(budget.heldUsd) === 0n}>
          {formatMoney(budget.heldUsd)}
        </Td>
      ) : null}
      <Td num dim drop={4}>
        {lastCallAt ? <Time at={Date.parse(lastCallAt)} now={nowMs} /> : 'Never'}
      </Td>
    </Row>
  )
}

function keysText({ keys }: MemberView): string {
  return keys === 0 ? 'no key' : plural(keys, 'key')
}

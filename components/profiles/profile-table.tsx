import { periodWords } from '#components/keys/key-words.ts'
import { formatCount, formatLimitMoney } from '#components/ui/format.ts'
import { Row } from '#components/ui/list.tsx'
import { Lead, Table, TableEmpty, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { ReactNode } from 'react'
import type { ProfilePolicy, ProfileView } from '#lib/policy/contract.ts'

type ProfileTableProps = {
  readonly profiles: readonly ProfileView[]
  readonly nowMs: number
  readonly empty: ReactNode
}

/** Every access profile with whom it reaches. Inside a List. */
export function ProfileTable({ profiles, nowMs, empty }: ProfileTableProps) {
  return (
    <Table label="Access profiles" rows="two">
      <thead>
        <tr>
          <Th>Profile</Th>
          <Th num>People</Th>
          <Th num>Keys</Th>
          <Th drop={2}>Models</Th>
          <Th drop={3}>Budget of a key</Th>
          <Th drop={1}>Groups</Th>
          <Th num drop={4}>
            Changed
          </Th>
        </tr>
      </thead>
      <tbody>
        {profiles.length === 0 ? <TableEmpty columns={7}>{empty}</TableEmpty> : null}
        {profiles.map((profile) => (
          <Row key={profile.id} id={profile.id} href={`/admin/profiles/${profile.id}`}>
            <Td className="w-full max-w-0">
              <Lead
                title={
                  <>
                    {profile.name}
                    {profile.isDefault ? (
                      <span className="ml-2 text-xs font-normal text-accent-ink">Default</span>
                    ) : null}
                  </>
                }
                href={`/admin/profiles/${profile.id}`}
                second={profile.description || `Version ${profile.version}`}
              />
            </Td>
            <Td num>{formatCount(profile.people)}</Td>
            <Td num>{formatCount(profile.keys)}</Td>
            <Td drop={2} dim>
              {modelsText(profile.policy)}
            </Td>
            <Td drop={3} dim>
              {budgetText(profile.policy)}
            </Td>
            <Td drop={1}>
              <span className="mono text-xs">{profile.groups.slice(0, 2).join(', ')}</span>
              {profile.groups.length > 2 ? <span className="text-ink-3"> +{profile.groups.length - 2}</span> : null}
              {profile.groups.length === 0 ? <span className="text-ink-3">–</span> : null}
            </Td>
            <Td num dim drop={4}>
              <span className="text-ink-3">v{profile.version},</span>{' '}
              <Time at={Date.parse(profile.updatedAt)} now={nowMs} />
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function modelsText({ models }: ProfilePolicy): string {
  if (models.allow.length === 0) return 'None'
  const denied = models.deny.length === 0 ? '' : `, ${models.deny.length} denied`
  return models.allow.includes('*') ? `All${denied}` : `${models.allow.length} named${denied}`
}

function budgetText({ budget }: ProfilePolicy): string {
  const most = budget.maximumUsd === null ? 'no maximum' : `up to ${formatLimitMoney(budget.maximumUsd)}`
  return budget.default === null
    ? `None, ${most}`
    : `${formatLimitMoney(budget.default.amountUsd)} ${periodWords[budget.default.period]}, ${most}`
}

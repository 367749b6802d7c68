import { Counted } from '#components/admin/counted.tsx'
import { environmentWord, kindLooks } from '#components/keys/key-words.ts'
import { formatLimitMoney, formatMoney, shareOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { MeterPair } from '#components/ui/meter.tsx'
import { Section } from '#components/ui/section.tsx'
import { State } from '#components/ui/status.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

type KeysOfProps = {
  readonly keys: readonly KeyView[]
  readonly total: number
  /** All of them, in the list of keys. */
  readonly href: string
  readonly name: string
  readonly nowMs: number
}

/** The keys of a person, team or workload, the newest first. */
export function KeysOf({ keys, total, href, name, nowMs }: KeysOfProps) {
  return (
    <Section
      title={<Counted count={total}>Keys</Counted>}
      end={total > 0 ? <Link href={href}>All in Keys</Link> : undefined}
    >
      {keys.length === 0 ? (
        <p className="text-ink-2">{name} has no key.</p>
      ) : (
        <Table label={`Keys of ${name}`} rows="two" inline>
          <thead>
            <tr>
              <Th>Key</Th>
              <Th>Status</Th>
              <Th drop={3}>Env</Th>
              <Th num>Spent this month</Th>
              <Th num drop={3}>
                Last used
              </Th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id}>
                <Td give>
                  <Lead
                    icon={<Icon name={kindLooks[key.kind].icon} />}
                    title={key.name}
                    href={`/keys/${key.id}`}
                    second={
                      <>
                        {kindLooks[key.kind].word} <span className="mono text-2xs">…{key.last4}</span>
                      </>
                    }
                  />
                </Td>
                <Td>
                  <State of="key" state={key.status} />
                </Td>
                <Td drop={3}>
                  <Tag tone={key.environment === 'production' ? 'strong' : 'none'}>
                    {environmentWord(key.environment)}
                  </Tag>
                </Td>
                <Td num>
                  {key.budget ? (
                    <MeterPair spent={shareOf(key.budget.spentUsd, key.budget.amountUsd)}>
                      {formatMoney(key.spentThisMonthUsd)}{' '}
                      <span className="text-ink-3 drop-4:hidden">of {formatLimitMoney(key.budget.amountUsd)}</span>
                    </MeterPair>
                  ) : (
                    formatMoney(key.spentThisMonthUsd)
                  )}
                </Td>
                <Td num dim drop={3}>
                  {key.lastUsedAt ? <Time at={Date.parse(key.lastUsedAt)} now={nowMs} /> : 'Never'}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  )
}

import { budgetShare, isCapped } from '#components/keys/key-money.ts'
import { environmentWord, periodWords } from '#components/keys/key-words.ts'
import { formatDate, formatDay, formatLimitMoney, formatMoney } from '#components/ui/format.ts'
import { MeterPair } from '#components/ui/meter.tsx'
import { Person } from '#components/ui/person.tsx'
import { State } from '#components/ui/status.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

/** The state of a key in its word; a key that may not spend any more says so and until when. */
export function KeyState({ item }: { readonly item: KeyView }) {
  if (item.status === 'active' && isCapped(item.budget)) {
    const until = item.budget?.resetsAt
    return <State of="key" state="capped" second={until ? `Until ${formatDay(Date.parse(until))}` : undefined} />
  }
  return <State of="key" state={item.status} />
}

/** A person, or the team whose program it is. */
export function KeyOwner({ item }: { readonly item: Pick<KeyView, 'owner' | 'team'> }) {
  return item.owner ? <Person name={item.owner.name} /> : <Person name={item.team.name} kind="group" />
}

export function EnvironmentTag({ environment }: { readonly environment: string }) {
  return <Tag tone={environment === 'production' ? 'strong' : 'none'}>{environmentWord(environment)}</Tag>
}

/** "gpt-4o-mini +1"; a key that was not narrowed has all that its profile has. */
export function KeyModels({ item }: { readonly item: Pick<KeyView, 'models' | 'profile'> }) {
  const [first, ...others] = item.models
  if (first === undefined) return <span className="text-ink-3">all of {item.profile.name}</span>
  return (
    <>
      <span className="mono text-xs">{first}</span>{' '}
      {others.length > 0 ? (
        <span className="text-ink-3" title={others.join(', ')}>
          +{others.length}
        </span>
      ) : null}
    </>
  )
}

/** "$412.18 of $600" with its meter; without a cap, what was spent this month. */
export function KeySpend({ item }: { readonly item: Pick<KeyView, 'budget' | 'spentThisMonthUsd'> }) {
  const { budget } = item
  if (!budget) {
    return (
      <span>
        {formatMoney(item.spentThisMonthUsd)} <span className="text-ink-3">no cap</span>
      </span>
    )
  }
  const spent = formatMoney(budget.spentUsd)
  return (
    <MeterPair spent={budgetShare(budget)}>
      {isCapped(budget) ? <b className="text-bad-ink">{spent}</b> : spent}{' '}
      <span className="text-ink-3">
        of {formatLimitMoney(budget.amountUsd)}
        {budget.period === 'month' ? '' : ` ${periodWords[budget.period]}`}
      </span>
    </MeterPair>
  )
}

const soonMs = 30 * 86_400_000

/** The end of a key; amber where it is near. */
export function KeyEnd({
  item,
  nowMs,
}: {
  readonly item: Pick<KeyView, 'expiresAt' | 'status'>
  readonly nowMs: number
}) {
  if (item.status === 'revoked') return <span className="text-ink-3">–</span>
  if (item.expiresAt === null) return <span className="text-ink-2">No end</span>
  const endsMs = Date.parse(item.expiresAt)
  const isSoon = item.status !== 'expired' && endsMs - nowMs < soonMs
  return <span className={isSoon ? 'text-warn-ink' : 'text-ink-2'}>{formatDate(endsMs)}</span>
}

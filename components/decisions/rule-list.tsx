import { ruleWords } from '#components/decisions/rule-words.ts'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import type { RuleView } from '#lib/reports/calls-contract.ts'

type RuleListProps = {
  readonly rules: readonly RuleView[]
  /** What the call would have held on each budget. */
  readonly neededNanos: bigint | null
}

/** Every rule in the order in which it was tested, with how it stood and the layer that set it. */
export function RuleList({ rules, neededNanos }: RuleListProps) {
  return (
    <ol className="grid">
      {rules.map((rule, index) => (
        <RuleRow key={index} rule={rule} neededNanos={neededNanos} />
      ))}
    </ol>
  )
}

function RuleRow({ rule, neededNanos }: { readonly rule: RuleView; readonly neededNanos: bigint | null }) {
  const { name, detail, standing, layer } = ruleWords(rule, neededNanos)
  const refused = !rule.passed
  return (
    <li
      className={cn(
        'grid grid-cols-[1.25rem_minmax(0,1fr)_11rem_9.5rem] items-center gap-3 border-b border-line px-2.5 py-[7px] last:border-b-0 phone:grid-cols-[1.125rem_minmax(0,1fr)_auto] phone:px-2',
        refused && 'rounded-2 border-transparent bg-bad-soft',
      )}
    >
      <Icon name={refused ? 'x' : 'check'} size={14} className={refused ? 'text-bad-ink' : 'text-ok-ink'} />
      <span className="flex min-w-0 items-baseline gap-2 phone:grid phone:gap-0">
        <span className={cn('flex-none phone:truncate', refused && 'font-semibold')}>
          {name}
          <span className="sr-only">{refused ? ', refused' : ', passed'}</span>
        </span>
        {detail ? <small className={cn('truncate', refused ? 'text-ink-2' : 'text-ink-3')}>{detail}</small> : null}
        <small className={cn('hidden truncate phone:block', refused ? 'text-ink-2' : 'text-ink-3')}>{layer}</small>
      </span>
      <span className={cn('text-right tabular-nums', refused ? 'font-semibold text-bad-ink' : 'text-ink-2')}>
        {standing}
      </span>
      <small className={cn('truncate phone:hidden', refused ? 'text-ink-2' : 'text-ink-3')}>{layer}</small>
    </li>
  )
}

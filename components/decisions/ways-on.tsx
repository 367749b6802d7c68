import type { ReactNode } from 'react'
import { smallMoney } from '#components/decisions/small-money.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { formatCount, toNanos } from '#components/ui/format.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Rows } from '#components/ui/section.tsx'
import type { DecisionView, Way } from '#lib/decisions/contract.ts'

/** What a way on needs to be shown; a decision has its costs in nano-USD, an answer of the API in USD. */
export function shownWays(ways: readonly DecisionView['waysOn'][number][]): Way[] {
  return ways.map((way) => {
    if (way.kind !== 'model') return way
    return {
      kind: 'model',
      model: way.model,
      costNanos: way.costAtMostUsd === null ? null : toNanos(way.costAtMostUsd),
    }
  })
}

/** What the caller can do now, without asking anybody. Nothing stands here that would be refused as well. */
export function WaysOn({ ways }: { readonly ways: readonly Way[] }) {
  return (
    <Rows>
      {ways.map((way, index) => (
        <WayRow key={index} way={way} />
      ))}
    </Rows>
  )
}

function WayRow({ way }: { readonly way: Way }) {
  switch (way.kind) {
    case 'model':
      return (
        <Line
          icon="swap"
          title={<>Use {way.model}</>}
          action={
            <CopyButton size="small" text={way.model}>
              Copy model name
            </CopyButton>
          }
        >
          {way.costNanos === null
            ? 'This key may use it.'
            : `The same call costs at most ${smallMoney(way.costNanos)} there and would have passed.`}
        </Line>
      )
    case 'output':
      return (
        <Line
          icon="dn"
          title="Ask for less output"
          action={
            <CopyButton size="small" text={`"${way.field}": ${way.maximum}`}>
              Copy setting
            </CopyButton>
          }
        >
          It passes with <span className="mono">{way.field}</span> up to {formatCount(way.maximum)}.
          {way.asked === null ? ' It named none.' : ` It asked for ${formatCount(way.asked)}.`}
        </Line>
      )
    case 'key':
      return (
        <Line
          icon="key"
          title={<>Use your key {way.name}</>}
          action={
            <ButtonLink size="small" href={`/keys/${way.id}`}>
              Open key
            </ButtonLink>
          }
        >
          The same call would have passed with it.
        </Line>
      )
  }
}

type LineProps = {
  readonly icon: IconName
  readonly title: ReactNode
  readonly action: ReactNode
  readonly children: ReactNode
}

function Line({ icon, title, action, children }: LineProps) {
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-center gap-3 py-[11px] phone:grid-cols-[1.25rem_minmax(0,1fr)]">
      <Icon name={icon} className="text-ink-3" />
      <span>
        <b>{title}</b> <span className="text-ink-2">{children}</span>
      </span>
      <span className="phone:col-start-2 phone:justify-self-start">{action}</span>
    </li>
  )
}

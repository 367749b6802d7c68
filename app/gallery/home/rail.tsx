import type { ReactNode } from 'react'
import { BigFigure } from '#components/ui/figures.tsx'
import { formatBigCount, formatMoney, formatPrice, shareOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Legend, Meter } from '#components/ui/meter.tsx'
import { Rows, Section } from '#components/ui/section.tsx'

export function GallerySpend() {
  return (
    <Section title="Left this month" end={<Link href="/gallery/home">Ask for more</Link>} className="phone:order-1">
      <div className="grid gap-2.5">
        <BigFigure value={formatMoney('31.42')} beside="of $50.00, resets 1 Dec 00:00 UTC" />
        <Meter size="large" spent={shareOf('18.26', '50')} held={shareOf('0.32', '50')} label="37 % used, $0.32 held" />
        <Legend
          items={[
            { label: 'Spent', figure: '$18.26', color: 'var(--meter-spent)' },
            { label: 'Held for 1 running call', figure: '$0.32', color: 'var(--meter-held)' },
          ]}
        />
        <p className="text-xs text-ink-3">At this pace you end the month near $30. Hard stop at $50.00.</p>
      </div>
    </Section>
  )
}

export function GalleryLimits() {
  return (
    <Section title="Limits right now" className="phone:order-3 phone:mt-0!">
      <Rows className="-mt-2">
        <Limit name="Requests a minute" used={4} limit={60} source="From profile Experiment" />
        <Limit
          name="Tokens a minute"
          used={37_806}
          held={8000}
          limit={100_000}
          source="From profile Experiment, 8,000 of it held"
        />
        <Limit name="Calls at once" used={1} limit={4} source="From this key" />
      </Rows>
    </Section>
  )
}

type LimitProps = {
  readonly name: string
  readonly used: number
  readonly held?: number
  readonly limit: number
  readonly source: ReactNode
}

function Limit({ name, used, held = 0, limit, source }: LimitProps) {
  return (
    <li className="grid gap-1.5 py-2.5">
      <p className="flex justify-between">
        {name}
        <span className="tabular-nums">
          <b>{formatBigCount(used)}</b> <span className="text-ink-3">of {formatBigCount(limit)}</span>
        </span>
      </p>
      <Meter size="thin" spent={(used - held) / limit} held={held / limit} />
      <small className="text-ink-3">{source}</small>
    </li>
  )
}

const models = [
  ['gpt-4o-mini', '0.15', '0.60'],
  ['claude-sonnet-4-5', '3', '15'],
  ['gemini-2.5-flash', '0.30', '2.50'],
  ['text-embedding-3-small', '0.02', null],
] as const

export function GalleryModels() {
  return (
    <Section
      title="What you may use"
      end={<Link href="/gallery/home">All 14 models</Link>}
      className="phone:order-5 phone:mt-0!"
    >
      <Rows className="-mt-1.5">
        {models.map(([name, input, output]) => (
          <li key={name} className="flex h-8.5 items-center gap-2.5">
            <Icon name="check" size={14} className="text-ok-ink" />
            <span className="mono flex-1 truncate">{name}</span>
            <span className="text-ink-3 tabular-nums">{formatPrice(input, output)}</span>
          </li>
        ))}
        <li className="flex h-8.5 items-center gap-2.5">
          <Icon name="lock" size={14} className="text-warn-ink" />
          <span className="mono flex-1 truncate">gpt-4o</span>
          <Link href="/gallery/home">Ask for access</Link>
        </li>
      </Rows>
      <p className="-mt-1.5 text-xs text-ink-3">US dollars per million tokens, in / out.</p>
    </Section>
  )
}

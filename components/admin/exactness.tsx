import { formatCount, formatDuration, formatMoney, plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Facts, Section } from '#components/ui/section.tsx'
import { PartError } from '#components/ui/states.tsx'
import { Status } from '#components/ui/status.tsx'
import type { Overview } from '#lib/reports/overview-contract.ts'

/** Longer than this and somebody should look: the worker cannot keep up, or PostgreSQL is away. */
const lateMs = 30_000

/** What holds and the ledger are doing right now. */
export function LimitsAreExact({ exactness, ledger }: Pick<Overview, 'exactness' | 'ledger'>) {
  return (
    <Section title="Limits are exact" end={<Verdict exactness={exactness} ledger={ledger} />}>
      {exactness === null ? (
        <PartError title="Holds and the usage stream cannot be read.">Redis does not answer the portal.</PartError>
      ) : (
        <Facts
          items={[
            { label: 'Holds open', value: holds(exactness) },
            { label: 'Ledger lag', value: lag(exactness) },
            { label: 'Set aside', value: ledger === null ? 'Cannot be read' : <SetAside count={ledger.setAside} /> },
          ]}
        />
      )}
    </Section>
  )
}

function Verdict({ exactness, ledger }: Pick<Overview, 'exactness' | 'ledger'>) {
  if (exactness === null || ledger === null) return null
  if (ledger.setAside > 0) {
    return (
      <Status tone="bad" glyph="cross">
        Events wait for a person
      </Status>
    )
  }
  if (exactness.oldestMs > lateMs) {
    return (
      <Status tone="warn" glyph="half">
        Ledger is behind
      </Status>
    )
  }
  return (
    <Status tone="ok" glyph="dot">
      Every call is booked
    </Status>
  )
}

function holds({ openHolds, heldNanos }: NonNullable<Overview['exactness']>): string {
  return heldNanos === null || openHolds === 0
    ? formatCount(openHolds)
    : `${formatCount(openHolds)}, ${formatMoney(heldNanos)} in all`
}

function lag({ waitingEvents, oldestMs }: NonNullable<Overview['exactness']>): string {
  return waitingEvents === 0
    ? 'None, nothing waits'
    : `${formatDuration(Math.max(1000, oldestMs))}, ${plural(waitingEvents, 'event')} on the way`
}

function SetAside({ count }: { readonly count: number }) {
  if (count === 0) return 'None'
  return <Link href="/admin/unbooked">{plural(count, 'event')} that could not be booked</Link>
}

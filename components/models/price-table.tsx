import { unitWords } from '#components/calls/unit-words.ts'
import { unitPriceText } from '#components/models/unit-price.ts'
import { formatDate, toNanos } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { units, type PriceView, type Unit } from '#lib/catalog/contract.ts'

type PriceTableProps = {
  /** Newest first. */
  readonly prices: readonly PriceView[]
  /** The version in force. */
  readonly currentId: string | null
  readonly now: number
}

const usual: readonly Unit[] = ['input', 'cached_read', 'output']

/** The price book of one model. A price is never edited: what was charged stays charged. */
export function PriceTable({ prices, currentId, now }: PriceTableProps) {
  const shown = units.filter(
    (unit) => usual.includes(unit) || prices.some((price) => price.usdPerMillion[unit] !== undefined),
  )
  return (
    <Table label="Prices over time" inline rows="two">
      <thead>
        <tr>
          <Th>From</Th>
          <Th drop={4}>State</Th>
          {shown.map((unit) => (
            <Th key={unit} num drop={usual.includes(unit) ? undefined : 4}>
              {unitWords[unit]}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {prices.map((price) => (
          <tr key={price.id} className={price.id === currentId ? undefined : 'text-ink-2'}>
            <Td>
              <Lead title={formatDate(Date.parse(price.effectiveFrom))} second={price.source} />
            </Td>
            <Td drop={4}>
              <PriceState price={price} isCurrent={price.id === currentId} now={now} />
            </Td>
            {shown.map((unit) => (
              <Td key={unit} num drop={usual.includes(unit) ? undefined : 4}>
                {priceOf(price, unit)}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Exact, with its cents. */
function priceOf({ usdPerMillion }: PriceView, unit: Unit): string | null {
  const usd = usdPerMillion[unit]
  return usd === undefined ? null : unitPriceText(Number(toNanos(usd)))
}

type PriceStateProps = { readonly price: PriceView; readonly isCurrent: boolean; readonly now: number }

function PriceState({ price, isCurrent, now }: PriceStateProps) {
  if (isCurrent)
    return (
      <Status tone="ok" glyph="dot">
        In force
      </Status>
    )
  return Date.parse(price.effectiveFrom) > now ? (
    <Status tone="warn" glyph="clock">
      To come
    </Status>
  ) : (
    <Status tone="mute" glyph="bars">
      Past
    </Status>
  )
}

import { unitWords } from '#components/calls/unit-words.ts'
import { routeName, type Route } from '#components/models/route-words.ts'
import { unitPriceText } from '#components/models/unit-price.ts'
import { formatDate, toNanos } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { units, type PriceView, type Unit } from '#lib/catalog/contract.ts'

type PriceTableProps = {
  /** Newest first. */
  readonly prices: readonly PriceView[]
  /** The versions in force: the model's and those of routes with a price of their own. */
  readonly currentIds: ReadonlySet<string>
  readonly routes: readonly Route[]
  readonly now: number
}

/** So many units have room on a phone. */
const narrowUnits = 3

/** The price book of one model and its routes. A price is never edited: what was charged stays charged. */
export function PriceTable({ prices, currentIds, routes, now }: PriceTableProps) {
  const shown = units.filter((unit) => prices.some((price) => price.usdPerMillion[unit] !== undefined))
  const places = new Map(routes.map((route) => [route.id, routeName(route)]))
  const placeOf = ({ deploymentId }: PriceView) =>
    deploymentId === null ? 'All routes' : (places.get(deploymentId) ?? deploymentId)
  const anyPlace = prices.some(({ deploymentId }) => deploymentId !== null)
  return (
    <Table label="Prices over time" inline rows="two">
      <thead>
        <tr>
          <Th>From</Th>
          {anyPlace ? <Th drop={4}>For</Th> : null}
          <Th drop={4}>State</Th>
          {shown.map((unit, place) => (
            <Th key={unit} num drop={place < narrowUnits ? undefined : 4}>
              {unitWords[unit]}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {prices.map((price) => (
          <tr key={price.id} className={currentIds.has(price.id) ? undefined : 'text-ink-2'}>
            <Td>
              <Lead
                title={formatDate(Date.parse(price.effectiveFrom))}
                second={price.source}
                narrow={anyPlace ? placeOf(price) : undefined}
              />
            </Td>
            {anyPlace ? <Td drop={4}>{placeOf(price)}</Td> : null}
            <Td drop={4}>
              <PriceState price={price} isCurrent={currentIds.has(price.id)} now={now} />
            </Td>
            {shown.map((unit, place) => (
              <Td key={unit} num drop={place < narrowUnits ? undefined : 4}>
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

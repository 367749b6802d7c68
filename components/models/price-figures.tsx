import { unitWords } from '#components/calls/unit-words.ts'
import { nanosOf, type ModelLine } from '#components/models/model-line.ts'
import { unitPriceText } from '#components/models/unit-price.ts'
import type { CallSize } from '#components/models/your-call.ts'
import { Figure, Figures } from '#components/ui/figures.tsx'
import { formatCallCost, formatCount, formatDate, MISSING } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { NanosPerMillion, PriceView, Unit } from '#lib/catalog/contract.ts'

type PriceFiguresProps = {
  readonly line: ModelLine
  readonly price: PriceView | null
  readonly cost: bigint | null
  readonly size: CallSize
}

/** What a model costs now, in general and for one's own call. */
export function PriceFigures({
  line: { prices, contextTokens, maxOutputTokens },
  price,
  cost,
  size,
}: PriceFiguresProps) {
  const since = price ? `since ${formatDate(Date.parse(price.effectiveFrom))}` : 'no price yet'
  const pieces = piecesOf(prices)
  const inTokens = pieces.length === 0 || prices?.input !== undefined
  return (
    <Figures>
      <Figure
        label="Your call"
        value={cost === null ? MISSING : formatCallCost(cost)}
        note={`${formatCount(size.tokensIn)} in, ${formatCount(size.tokensOut)} out`}
      />
      {inTokens ? (
        <>
          <Figure label="Input" value={unitPriceText(prices?.input) ?? MISSING} beside="per million" note={since} />
          <Figure
            label="Input from cache"
            value={unitPriceText(prices?.cached_read) ?? MISSING}
            note={prices && prices.cached_read === undefined ? 'at the input price' : undefined}
          />
          <Figure label="Output" value={unitPriceText(prices?.output) ?? MISSING} />
        </>
      ) : null}
      {pieces.map((unit) => (
        <Figure
          key={unit}
          label={unitWords[unit]}
          value={unitPriceText(prices?.[unit])}
          beside="per million"
          note={inTokens ? undefined : since}
        />
      ))}
      {pieces.length === 0 || contextTokens !== null ? (
        <Figure
          label="Context"
          value={contextTokens === null ? MISSING : formatCount(contextTokens)}
          beside="tokens"
          note={maxOutputTokens === null ? undefined : `answers up to ${formatCount(maxOutputTokens)}`}
        />
      ) : null}
    </Figures>
  )
}

/** Units of pictures, sound and characters that have a price. */
function piecesOf(prices: NanosPerMillion | null): readonly Unit[] {
  const all: readonly Unit[] = ['image_output', 'images', 'seconds', 'characters']
  return all.filter((unit) => prices?.[unit] !== undefined)
}

/** The change of price that is known. */
export function NextPrice({ price }: { readonly price: PriceView }) {
  const { input, output } = price.usdPerMillion
  const pieces = piecesOf(nanosOf(price)).map(
    (unit) => `${unitWords[unit].toLowerCase()} $${price.usdPerMillion[unit]}`,
  )
  const parts = [input ? `input $${input}` : null, output ? `output $${output}` : null, ...pieces].filter(Boolean)
  return (
    <Note tone="accent" title={`A new price from ${formatDate(Date.parse(price.effectiveFrom))}.`} className="mb-6">
      {sentence(parts.join(', '))} per million.
    </Note>
  )
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

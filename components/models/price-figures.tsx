import type { ModelLine } from '#components/models/model-line.ts'
import { unitPriceText } from '#components/models/unit-price.ts'
import type { CallSize } from '#components/models/your-call.ts'
import { Figure, Figures } from '#components/ui/figures.tsx'
import { formatCallCost, formatCount, formatDate, MISSING } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { PriceView } from '#lib/catalog/contract.ts'

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
  return (
    <Figures>
      <Figure
        label="Your call"
        value={cost === null ? MISSING : formatCallCost(cost)}
        note={`${formatCount(size.tokensIn)} in, ${formatCount(size.tokensOut)} out`}
      />
      <Figure label="Input" value={unitPriceText(prices?.input) ?? MISSING} beside="per million" note={since} />
      <Figure
        label="Input from cache"
        value={unitPriceText(prices?.cached_read) ?? MISSING}
        note={prices && prices.cached_read === undefined ? 'at the input price' : undefined}
      />
      <Figure label="Output" value={unitPriceText(prices?.output) ?? MISSING} />
      <Figure
        label="Context"
        value={contextTokens === null ? MISSING : formatCount(contextTokens)}
        beside="tokens"
        note={maxOutputTokens === null ? undefined : `answers up to ${formatCount(maxOutputTokens)}`}
      />
    </Figures>
  )
}

/** The change of price that is known. */
export function NextPrice({ price }: { readonly price: PriceView }) {
  const { input, output } = price.usdPerMillion
  return (
    <Note tone="accent" title={`A new price from ${formatDate(Date.parse(price.effectiveFrom))}.`} className="mb-6">
      {[input ? `Input $${input}` : null, output ? `output $${output}` : null].filter(Boolean).join(', ')} per million.
    </Note>
  )
}

import { isUnpriced } from '#components/calls/call-cost.ts'
import { unitWords } from '#components/calls/unit-words.ts'
import { formatCount, formatPrice } from '#components/ui/format.ts'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { Unit } from '#lib/catalog/contract.ts'
import type { Receipt } from '#lib/reports/calls-contract.ts'

type CostTableProps = { readonly receipt: Pick<Receipt, 'priceLines' | 'tokens' | 'costUsd' | 'unpriced'> }

/** What was used and what each part of it cost. Figures are exact here: the total is what the ledger holds. */
export function CostTable({ receipt }: CostTableProps) {
  const { priceLines, tokens, costUsd, unpriced } = receipt
  const isKnown = !isUnpriced(receipt)
  const reasoningIsPriced = priceLines.some((line) => line.unit === 'reasoning')
  return (
    <Table label="Cost" inline className="[&_tfoot_td]:static [&_tfoot_td]:bg-transparent">
      <thead>
        <tr>
          <Th>Unit</Th>
          <Th num>Quantity</Th>
          <Th num drop={4}>
            A million
          </Th>
          <Th num>Cost</Th>
        </tr>
      </thead>
      <tbody>
        {priceLines.map((line, index) => (
          <tr key={index}>
            <Td>{unitWords[line.unit]}</Td>
            <Td num>{formatQuantity(line.quantity)}</Td>
            <Td num dim drop={4}>
              {formatPrice(line.usdPerMillion)}
            </Td>
            <Td num>${line.usd}</Td>
          </tr>
        ))}
        {unpriced.map((unit) => (
          <tr key={unit}>
            <Td>{unitWords[unit]}</Td>
            <Td num>{formatQuantity(quantityOf(unit, tokens))}</Td>
            <Td num dim drop={4}>
              no price
            </Td>
            <Td num className="text-warn-ink">
              not priced
            </Td>
          </tr>
        ))}
        {tokens.reasoning > 0 && !reasoningIsPriced ? (
          <tr>
            <Td className="text-ink-3">of which reasoning</Td>
            <Td num className="text-ink-3">
              {formatQuantity(tokens.reasoning)}
            </Td>
            <Td num className="text-ink-3" drop={4}>
              in output
            </Td>
            <Td num />
          </tr>
        ) : null}
      </tbody>
      <tfoot>
        <tr>
          <Td>Total</Td>
          <Td> </Td>
          <Td drop={4}> </Td>
          <Td num>
            {isKnown ? `$${costUsd}` : 'not known'}
            {isKnown && unpriced.length > 0 ? <span className="text-warn-ink"> + not priced</span> : null}
          </Td>
        </tr>
      </tfoot>
    </Table>
  )
}

function quantityOf(unit: Unit, tokens: Receipt['tokens']): number {
  return tokens[unit.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())] ?? 0
}

/** Whole counts with groups; seconds of audio have fractions. */
function formatQuantity(quantity: number): string {
  return Number.isInteger(quantity) ? formatCount(quantity) : String(quantity)
}

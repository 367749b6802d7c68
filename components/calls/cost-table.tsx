import { unitWords } from '#components/calls/unit-words.ts'
import { formatCount, formatPrice } from '#components/ui/format.ts'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { units, type TokenVector, type Unit } from '#lib/catalog/contract.ts'

export type CostLine = {
  readonly unit: Unit
  readonly quantity: number
  readonly usdPerMillion: string
  /** Exact. */
  readonly usd: string
}

type CostTableProps = {
  readonly lines: readonly CostLine[]
  readonly tokens: TokenVector
  /** Exact to nine decimals. */
  readonly costUsd: string
}

/** The token vector with what each part cost. Figures are exact here: the total is what the ledger holds. */
export function CostTable({ lines, tokens, costUsd }: CostTableProps) {
  const priced = new Set(lines.map((line) => line.unit))
  const unpriced = units.filter((unit) => !priced.has(unit) && (tokens[unit] ?? 0) !== 0)
  return (
    <Table label="Tokens and cost" inline className="[&_tfoot_td]:static [&_tfoot_td]:bg-transparent">
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
        {lines.map((line) => (
          <tr key={line.unit}>
            <Td>{unitWords[line.unit]}</Td>
            <Td num>{formatQuantity(line.quantity)}</Td>
            <Td num dim drop={4}>
              {formatPrice(line.usdPerMillion)}
            </Td>
            <Td num>${line.usd}</Td>
          </tr>
        ))}
        {unpriced.map((unit) => (
          <tr key={unit} className="text-ink-3">
            <Td>{unit === 'reasoning' ? 'of which reasoning' : unitWords[unit]}</Td>
            <Td num>{formatQuantity(tokens[unit] ?? 0)}</Td>
            <Td num drop={4}>
              {unit === 'reasoning' ? 'in output' : 'no price'}
            </Td>
            <Td num />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <Td colSpan={2}>Total</Td>
          <Td drop={4} className="p-0!">
            {' '}
          </Td>
          <Td num>${costUsd}</Td>
        </tr>
      </tfoot>
    </Table>
  )
}

/** Whole counts with groups; seconds of audio have fractions. */
function formatQuantity(quantity: number): string {
  return Number.isInteger(quantity) ? formatCount(quantity) : String(quantity)
}

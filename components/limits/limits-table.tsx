import type { ReactNode } from 'react'
import { limitSentence } from '#components/keys/key-terms.tsx'
import { limitWords } from '#components/keys/key-words.ts'
import { fullestOf, scopeLooks, sentenceOfUse } from '#components/limits/limit-words.ts'
import { formatCount } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Row } from '#components/ui/list.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import type { ScopeLimitsView } from '#lib/limits/budget-contract.ts'

export const limitsColumns = 4

type LimitsTableProps = {
  readonly items: readonly ScopeLimitsView[]
  readonly hrefOf: (item: ScopeLimitsView) => string
  readonly empty: ReactNode
}

export const rowIdOf = ({ scope }: ScopeLimitsView): string => `${scope.type}:${scope.id}`

/** One row a scope: what it is limited to, which models apart, and which of its limits is nearest to full. */
export function LimitsTable({ items, hrefOf, empty }: LimitsTableProps) {
  return (
    <Table label="Limits" rows="two">
      <thead>
        <tr>
          <Th>Of</Th>
          <Th drop={4}>Limits</Th>
          <Th drop={2}>Models apart</Th>
          <Th drop={3}>Nearest to full now</Th>
        </tr>
      </thead>
      <tbody>
        {items.length === 0 ? empty : null}
        {items.map((item) => (
          <LimitsRow key={rowIdOf(item)} item={item} href={hrefOf(item)} />
        ))}
      </tbody>
    </Table>
  )
}

function LimitsRow({ item, href }: { readonly item: ScopeLimitsView; readonly href: string }) {
  const { scope, limits, models, inUse } = item
  const { icon, word } = scopeLooks[scope.type as keyof typeof scopeLooks]
  const patterns = Object.keys(models)
  const ofAll = Object.keys(limits).length === 0 ? null : limitSentence(limits)
  const fullest = fullestOf(inUse)
  const now = fullest && `${sentenceOfUse(fullest)} ${limitWords[fullest.kind].name.toLowerCase()}`
  return (
    <Row id={rowIdOf(item)} href={href}>
      <Td give>
        <Lead
          icon={<Icon name={icon} />}
          title={scope.name}
          href={href}
          second={word}
          narrow={`${word}, ${now ?? ofAll ?? patterns.join(', ')}`}
        />
      </Td>
      <Td drop={4} className="max-w-96 truncate">
        {ofAll}
      </Td>
      <Td drop={2} dim mono className="max-w-56 truncate">
        {patterns.length > 3
          ? `${patterns.slice(0, 3).join(', ')} +${formatCount(patterns.length - 3)}`
          : patterns.join(', ')}
      </Td>
      <Td drop={3}>
        {inUse === null ? (
          <span className="text-ink-3">cannot be read</span>
        ) : fullest ? (
          <span className="inline-flex items-center gap-3">
            <Meter inRow spent={fullest.used / fullest.limit} />
            <span className="grid leading-4">
              {sentenceOfUse(fullest)}
              <small className="text-ink-3">
                {limitWords[fullest.kind].name}
                {fullest.models === undefined ? null : <span className="mono">, {fullest.models}</span>}
              </small>
            </span>
          </span>
        ) : (
          <span className="text-ink-3">nothing in use</span>
        )}
      </Td>
    </Row>
  )
}

import type { ReactNode } from 'react'
import { capabilityWord, takes, type ModelLine } from '#components/models/model-line.ts'
import { MayUse } from '#components/models/may-use.tsx'
import { callCost, costShares, type CallSize } from '#components/models/your-call.ts'
import { CopyIcon } from '#components/ui/copy-button.tsx'
import { formatCallCost, formatCount, MISSING } from '#components/ui/format.ts'
import { Row, SelectTd, SelectTh } from '#components/ui/list.tsx'
import { unitPriceText } from '#components/models/unit-price.ts'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { defaultSort } from '#components/models/choose-models.ts'

type ModelTableProps = {
  readonly models: readonly ModelLine[]
  readonly size: CallSize
  /** Query to keep when a model is opened: the size of "your call". */
  readonly keep: string
  readonly now: number
  readonly empty?: ReactNode
}

/** The catalogue. Stands inside a List. */
export function ModelTable({ models, size, keep, now, empty }: ModelTableProps) {
  const costs = models.map((model) => callCost(size, model.prices))
  const shares = costShares(costs)
  return (
    <Table label="Models" rows="two">
      <thead>
        <tr>
          <SelectTh />
          <SortHead field="name" fallback={defaultSort}>
            Model
          </SortHead>
          <Th drop={4}>May I use it</Th>
          <SortHead field="input" num first="asc" fallback={defaultSort} drop={4}>
            Input
          </SortHead>
          <SortHead field="cached" num first="asc" fallback={defaultSort} drop={2}>
            Cached
          </SortHead>
          <SortHead field="output" num first="asc" fallback={defaultSort} drop={4}>
            Output
          </SortHead>
          <SortHead field="cost" num first="asc" fallback={defaultSort}>
            Your call
          </SortHead>
          <SortHead field="context" num fallback={defaultSort} drop={3}>
            Context
          </SortHead>
          <Th drop={1}>Region</Th>
          <Th drop={1}>Takes</Th>
          <Th className="w-11">
            <span className="sr-only">Copy name</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {models.length === 0
          ? empty
          : models.map((model, index) => (
              <ModelRow
                key={model.name}
                model={model}
                cost={costs[index] ?? null}
                share={shares[index] ?? null}
                href={`/models/${encodeURIComponent(model.name)}${keep}`}
                now={now}
              />
            ))}
      </tbody>
    </Table>
  )
}

type ModelRowProps = {
  readonly model: ModelLine
  readonly cost: bigint | null
  readonly share: number | null
  readonly href: string
  readonly now: number
}

function ModelRow({ model, cost, share, href, now }: ModelRowProps) {
  const { name, providers, prices, contextTokens, regions, permission } = model
  const may = permission ? <MayUse permission={permission} retiresAtMs={model.retiresAtMs} now={now} /> : null
  // A model that is closed to the reader steps back as a whole.
  const isClosed = permission?.state === 'no'
  return (
    <Row id={name} href={href} className={isClosed ? 'text-ink-3' : undefined}>
      <SelectTd id={name} label={name} />
      <Td give>
        <Lead
          mono
          title={isClosed ? <span className="text-ink-3">{name}</span> : name}
          href={href}
          second={providers.map((provider) => provider.displayName).join(' / ') || 'No provider'}
          narrow={may}
        />
      </Td>
      <Td drop={4}>{may}</Td>
      <Td num drop={4}>
        {unitPriceText(prices?.input)}
      </Td>
      <Td num dim={!isClosed} drop={2}>
        {unitPriceText(prices?.cached_read)}
      </Td>
      <Td num drop={4}>
        {unitPriceText(prices?.output)}
      </Td>
      <Td num>
        <span className="inline-flex items-center justify-end gap-3">
          {share === null ? null : (
            <span aria-hidden className="h-1 w-18 overflow-hidden rounded-full bg-meter-track drop-3:hidden">
              <span className="block h-full bg-meter-spent" style={{ width: `${share * 100}%` }} />
            </span>
          )}
          {cost === null ? <span className="text-ink-3">{MISSING}</span> : <b>{formatCallCost(cost)}</b>}
        </span>
      </Td>
      <Td num dim={!isClosed} drop={3}>
        {contextTokens === null ? null : formatCount(contextTokens)}
      </Td>
      <Td dim={!isClosed} drop={1}>
        {regions.map((region) => region.toUpperCase()).join(', ')}
      </Td>
      <Td dim={!isClosed} drop={1} className="max-w-44 truncate">
        <span title={model.capabilities.map(capabilityWord).join(', ') || undefined}>{takes(model).join(', ')}</span>
      </Td>
      <Td num className="pl-0!">
        <CopyIcon text={name} label={`Copy ${name}`} />
      </Td>
    </Row>
  )
}

import type { ReactNode } from 'react'
import { kindLooks } from '#components/keys/key-words.ts'
import { narrowing } from '#components/keys/list/key-list-query.ts'
import { Grow, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { states } from '#components/ui/status.tsx'
import { keyKinds, keyStatuses } from '#lib/keys/contract.ts'

type Named = { readonly id: string; readonly name: string }

type KeyFiltersProps = {
  readonly facets: {
    readonly owners: readonly Named[]
    readonly teams: readonly Named[]
    readonly profiles: readonly Named[]
    readonly models: readonly string[]
  }
  /** At the right end: the export. */
  readonly children: ReactNode
}

/** Find and filter; a filter with nothing to choose between is not there. */
export function KeyFilters({ facets, children }: KeyFiltersProps) {
  return (
    <Toolbar>
      <FindBox placeholder="Find by name, owner or last four" />
      <FilterChip
        label="Status"
        param="status"
        options={keyStatuses.map((status) => ({ value: status, label: states.key[status][2] }))}
      />
      <FilterChip
        label="Kind"
        param="kind"
        options={keyKinds.map((kind) => ({ value: kind, label: kindLooks[kind].word }))}
      />
      <Among label="Owner" param="owner" items={facets.owners} />
      <Among label="Team" param="team" items={facets.teams} />
      <Among label="Profile" param="profile" items={facets.profiles} />
      <Among label="Model" param="model" items={facets.models.map((name) => ({ id: name, name }))} least={1} />
      <FilterChip
        label="Not used for"
        param="idleDays"
        single
        options={['7', '30', '60', '90', '180'].map((days) => ({ value: days, label: `${days} days` }))}
      />
      <ClearFilters params={narrowing} />
      <Grow />
      <span className="flex-none phone:hidden">{children}</span>
    </Toolbar>
  )
}

type AmongProps = {
  readonly label: string
  readonly param: string
  readonly items: readonly Named[]
  readonly least?: number
}

function Among({ label, param, items, least = 2 }: AmongProps) {
  if (items.length < least) return null
  return <FilterChip label={label} param={param} options={items.map(({ id, name }) => ({ value: id, label: name }))} />
}

'use client'

import { Icon } from '#components/ui/icon.tsx'
import { useQueryChange } from '#components/ui/query.ts'

export type SetFilter = { readonly param: string; readonly label: string; readonly name: string }

/** What the page is narrowed to. A row of the table narrows it, the cross widens it again. */
export function SetFilters({ filters }: { readonly filters: readonly SetFilter[] }) {
  const { go } = useQueryChange()
  return filters.map(({ param, label, name }) => (
    <span
      key={param}
      className="inline-flex h-(--control) flex-none items-center rounded-2 border border-line-strong bg-sunken pl-2 whitespace-nowrap"
    >
      {label}
      <b className="ml-1.5 max-w-56 truncate">{name}</b>
      <button
        type="button"
        aria-label={`Clear ${label.toLowerCase()}`}
        onClick={() => go({ [param]: null })}
        className="grid h-full w-7 place-items-center rounded-2 text-ink-3 hover:text-ink"
      >
        <Icon name="x" size={14} />
      </button>
    </span>
  ))
}

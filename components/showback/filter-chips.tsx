'use client'

import { cutWords, type Cut } from '#components/showback/showback-query.ts'
import { Icon } from '#components/ui/icon.tsx'
import { useQueryChange } from '#components/ui/query.ts'

export type SetFilter = { readonly cut: Cut; readonly words: string }

/** What the page is narrowed to, each with its cross. */
export function FilterChips({ filters }: { readonly filters: readonly SetFilter[] }) {
  const { go } = useQueryChange()
  return filters.map(({ cut, words }) => (
    <span
      key={cut}
      className="inline-flex h-(--control) flex-none items-center gap-1.5 rounded-2 border border-line-strong bg-sunken pl-2 whitespace-nowrap"
    >
      {cutWords[cut].label} <b className="max-w-48 truncate">{words}</b>
      <button
        type="button"
        aria-label={`Clear ${cutWords[cut].one}`}
        onClick={() => go({ [cut]: null })}
        className="grid h-full w-6 place-items-center rounded-2 text-ink-3 hover:text-ink"
      >
        <Icon name="x" size={14} />
      </button>
    </span>
  ))
}

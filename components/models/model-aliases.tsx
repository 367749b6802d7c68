import { CopyId } from '#components/ui/copy-button.tsx'

const mostShown = 2

/** The other names of a model, beside its own; where they are many or there is no room, its facts have them all. */
export function ModelAliases({ aliases }: { readonly aliases: readonly string[] }) {
  if (aliases.length === 0) return null
  const more = aliases.length - mostShown
  return (
    <span className="flex items-baseline gap-1.5 text-ink-3 stacked:hidden">
      also
      {aliases.slice(0, mostShown).map((alias) => (
        <span key={alias} className="flex max-w-40 min-w-0">
          <CopyId text={alias} label="Copy alias" />
        </span>
      ))}
      {more > 0 ? <span title={aliases.slice(mostShown).join(', ')}>and {more} more</span> : null}
    </span>
  )
}

export function AllAliases({ aliases }: { readonly aliases: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {aliases.map((alias) => (
        <CopyId key={alias} text={alias} label="Copy alias" />
      ))}
    </span>
  )
}

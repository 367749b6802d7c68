import { limitWords } from '#components/keys/key-words.ts'
import { sentenceOfUse } from '#components/limits/limit-words.ts'
import { formatReset } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Rows } from '#components/ui/section.tsx'
import type { ScopeLimitsView } from '#lib/limits/budget-contract.ts'

/** What is used of each limit now. */
export function LimitUses({ item }: { readonly item: ScopeLimitsView }) {
  if (item.inUse === null)
    return <p className="text-ink-2">What is used now cannot be read. Calls are still checked.</p>
  if (item.inUse.length === 0) return null
  return (
    <Rows>
      {item.inUse.map(({ kind, models, limit, used, resetsAt }) => (
        <li key={`${kind} ${models}`} className="flex items-center gap-3 py-2">
          <span className="grid min-w-0 flex-1 leading-4">
            <span className="truncate">{limitWords[kind].name}</span>
            <small className="truncate text-ink-3">
              {models === undefined ? 'all models' : <span className="mono">{models}</span>}
              {resetsAt === null ? null : `, free again ${formatReset(Date.parse(resetsAt))}`}
            </small>
          </span>
          <span className="text-ink-2 tabular-nums">{sentenceOfUse({ used, limit })}</span>
          <Meter inRow spent={used / limit} />
        </li>
      ))}
    </Rows>
  )
}

import { timeText, timeoutWords } from '#components/providers/timeout-words.ts'
import { Facts } from '#components/ui/section.tsx'
import { timeoutNames, type ProviderView } from '#lib/catalog/contract.ts'

/** How long the provider may take, and which of it was set for this provider. */
export function TimeoutFacts({ timeouts, timeoutDefaults }: Pick<ProviderView, 'timeouts' | 'timeoutDefaults'>) {
  return (
    <Facts
      items={timeoutNames.map((name) => ({
        label: timeoutWords[name].label,
        value: (
          <span className="flex flex-wrap items-baseline gap-x-2">
            <span className="tabular-nums">{timeText(timeouts[name] ?? timeoutDefaults[name])}</span>
            <small className="text-ink-3">
              {timeouts[name] === null ? 'default' : `set here, default ${timeText(timeoutDefaults[name])}`}
            </small>
          </span>
        ),
      }))}
    />
  )
}

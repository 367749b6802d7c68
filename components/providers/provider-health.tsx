import { State, Status } from '#components/ui/status.tsx'
import type { ProviderHealth } from '#lib/reports/overview-contract.ts'

/** A provider's condition with its glyph and word. "No calls" is no fault: nothing was sent there. */
export function ProviderCondition({ condition }: { readonly condition: ProviderHealth['condition'] }) {
  if (condition === 'idle') {
    return (
      <Status tone="mute" glyph="dashed">
        No calls
      </Status>
    )
  }
  if (condition === 'quarantined') {
    return (
      <Status tone="quar" glyph="halt">
        Quarantined
      </Status>
    )
  }
  return <State of="provider" state={condition} />
}

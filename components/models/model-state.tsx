import { formatDate } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import type { ModelView } from '#lib/catalog/contract.ts'

/** Whether a model can be called at all, and how long. */
export function ModelState({ model, now }: { readonly model: ModelView; readonly now: number }) {
  if (model.status === 'quarantined')
    return (
      <Status tone="quar" glyph="halt">
        Quarantined
      </Status>
    )
  if (model.status === 'retired')
    return (
      <Status tone="mute" glyph="bars">
        Retired
      </Status>
    )
  if (!model.price && model.deployments.every(({ price }) => !price))
    return (
      <Status tone="warn" glyph="triangle">
        No price
      </Status>
    )
  if (model.retiresAt === null)
    return (
      <Status tone="ok" glyph="dot">
        Active
      </Status>
    )
  const at = Date.parse(model.retiresAt)
  return (
    <Status tone="warn" glyph="clock">
      {at > now ? 'Ends' : 'Ended'} {formatDate(at)}
    </Status>
  )
}

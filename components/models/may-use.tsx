import type { Permission } from '#components/models/model-line.ts'
import { formatDay } from '#components/ui/format.ts'
import { State } from '#components/ui/status.tsx'

type MayUseProps = {
  readonly permission: Permission
  readonly retiresAtMs?: number | null
  readonly now: number
}

/** Whether this person may call the model, and if not, why. An end that comes is said here too. */
export function MayUse({ permission: { state, why }, retiresAtMs = null, now }: MayUseProps) {
  return (
    <span className="inline-flex max-w-full items-center gap-2">
      <State of="permission" state={state} />
      {why ? <span className="truncate text-ink-3">{why}</span> : null}
      {retiresAtMs !== null && state === 'yes' ? (
        <span className="truncate text-warn-ink">
          {retiresAtMs > now ? 'Ends' : 'Ended'} {formatDay(retiresAtMs)}
        </span>
      ) : null}
    </span>
  )
}

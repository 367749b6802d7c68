'use client'

import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { problemText } from '#components/query/api.ts'
import { Switch } from '#components/ui/switch.tsx'

type RouteSwitchProps = {
  readonly model: string
  readonly deploymentId: string
  readonly isOn: boolean
  readonly label: string
}

/** Takes a route out of use, or back: on the next call. */
export function RouteSwitch({ model, deploymentId, isOn, label }: RouteSwitchProps) {
  const { send, busy, problem } = useSend(z.unknown())
  return (
    <span className="-mr-2 inline-flex items-center gap-2 align-middle">
      {problem ? (
        <span role="status" className="text-xs text-bad-ink">
          {problemText(problem)}
        </span>
      ) : null}
      <Switch
        checked={isOn}
        aria-busy={busy}
        onCheckedChange={(on) =>
          void send(`/models/${encodeURIComponent(model)}/deployments/${deploymentId}`, {
            method: 'PATCH',
            body: { status: on ? 'active' : 'off' },
          })
        }
      >
        <span className="sr-only">Route to {label}</span>
      </Switch>
    </span>
  )
}

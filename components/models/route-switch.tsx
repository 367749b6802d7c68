'use client'

import { useState } from 'react'
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
  // What was asked for stands until the page has been read anew.
  const [wanted, setWanted] = useState(isOn)
  const [seen, setSeen] = useState(isOn)
  if (isOn !== seen) {
    setSeen(isOn)
    setWanted(isOn)
  }

  async function change(on: boolean) {
    if (busy) return
    setWanted(on)
    const done = await send(`/models/${encodeURIComponent(model)}/deployments/${deploymentId}`, {
      method: 'PATCH',
      body: { status: on ? 'active' : 'off' },
    })
    if (!done) setWanted(!on)
  }

  return (
    <span className="-mr-2 inline-flex items-center gap-2 align-middle">
      {problem ? (
        <span role="status" className="text-xs text-bad-ink">
          {problemText(problem)}
        </span>
      ) : null}
      <Switch checked={wanted} aria-busy={busy} onCheckedChange={(on) => void change(on)}>
        <span className="sr-only">Route to {label}</span>
      </Switch>
    </span>
  )
}

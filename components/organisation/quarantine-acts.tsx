'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { StopsEffect } from '#components/quarantine/stops-effect.tsx'

type QuarantineActsProps = {
  /** On the API, such as `/workloads/wl_…`. */
  readonly path: string
  readonly name: string
  readonly status: string
  readonly mayStop: boolean
  readonly mayRelease: boolean
}

/** Stops a team or workload with all of its keys, or lets it go on. */
export function QuarantineActs({ path, name, status, mayStop, mayRelease }: QuarantineActsProps) {
  if (status === 'quarantined' && mayRelease) {
    return (
      <AskButton
        label="Release"
        icon="play"
        title={`Release ${name}?`}
        description="It goes on where quarantine found it."
        effects={[{ icon: 'key', text: 'Its keys work again within 1 s, unless stopped for another reason' }]}
        verb="Release"
        verbVariant="primary"
        path={`${path}/release`}
        why="Fixed in version 3.1"
        keep="to leave it"
      />
    )
  }
  if (status !== 'active' || !mayStop) return null
  return (
    <AskButton
      label="Quarantine"
      icon="halt"
      variant="quarantine"
      title={`Quarantine ${name}?`}
      description="Everything of it stops until the quarantine ends or an admin releases it."
      effects={[{ icon: 'ban', text: 'Its keys are refused within 1 s, with 403 principal_disabled' }]}
      counted={<StopsEffect path={path} />}
      ends
      verb="Quarantine now"
      verbVariant="quarantine-solid"
      path={`${path}/quarantine`}
      why="Loops on one refund"
      keep="to keep it running"
    />
  )
}

'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { StopsEffect } from '#components/quarantine/stops-effect.tsx'

type QuarantineModelProps = {
  readonly model: string
  readonly status: string
}

/** Stops every call of a model, or lets them go on, with what that means counted first. */
export function QuarantineModel({ model, status }: QuarantineModelProps) {
  const path = `/models/${encodeURIComponent(model)}`
  if (status === 'quarantined') {
    return (
      <AskButton
        label="Release"
        icon="play"
        title={`Release ${model}?`}
        description="It is called again by everybody whose profile allows it."
        effects={[{ icon: 'play', text: 'Calls pass again within 1 s' }]}
        verb="Release"
        verbVariant="primary"
        path={`${path}/release`}
        why="The provider has mended it"
        keep="to keep it stopped"
      />
    )
  }
  return (
    <AskButton
      label="Quarantine"
      icon="halt"
      variant="quarantine"
      title={`Quarantine ${model}?`}
      description="For everybody, on every route."
      effects={[{ icon: 'ban', text: 'Its calls are refused within 1 s, with 403 model_not_allowed' }]}
      counted={<StopsEffect path={path} />}
      ends
      verb="Quarantine now"
      verbVariant="quarantine-solid"
      path={`${path}/quarantine`}
      why="Answers are wrong since noon"
      keep="to keep it running"
    />
  )
}

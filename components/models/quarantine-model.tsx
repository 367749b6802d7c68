'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { plural } from '#components/ui/format.ts'

type QuarantineModelProps = {
  readonly model: string
  readonly status: string
  /** Calls of the last 24 hours: what a quarantine would have stopped. */
  readonly callsLastDay: number
}

/** Stops every call of a model, or lets them go on, with what that means counted first. */
export function QuarantineModel({ model, status, callsLastDay }: QuarantineModelProps) {
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
      effects={[
        { icon: 'ban', text: 'Its calls are refused within 1 s, with 403 model_not_allowed' },
        {
          icon: 'chart',
          text:
            callsLastDay === 0
              ? 'Nobody called it in the last 24 hours'
              : `${plural(callsLastDay, 'call')} in the last 24 hours`,
        },
        { icon: 'play', text: 'Running streams finish' },
      ]}
      verb="Quarantine now"
      verbVariant="quarantine-solid"
      path={`${path}/quarantine`}
      why="Answers are wrong since noon"
      keep="to keep it running"
    />
  )
}

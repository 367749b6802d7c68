import { Status } from '#components/ui/status.tsx'

/** Of a team, project or workload. */
export function ThingState({ status }: { readonly status: string }) {
  if (status === 'quarantined') {
    return (
      <Status tone="quar" glyph="halt">
        Quarantined
      </Status>
    )
  }
  if (status === 'archived')
    return (
      <Status tone="mute" glyph="dashed">
        Archived
      </Status>
    )
  return (
    <Status tone="ok" glyph="dot">
      Active
    </Status>
  )
}

import { State, Status } from '#components/ui/status.tsx'

type PersonStateProps = { readonly status: string; readonly hasSignedIn: boolean }

/** Whether somebody may come in, and has. */
export function PersonState({ status, hasSignedIn }: PersonStateProps) {
  if (status === 'quarantined') {
    return (
      <Status tone="quar" glyph="halt">
        Quarantined
      </Status>
    )
  }
  if (status !== 'active') return <State of="person" state="disabled" />
  return <State of="person" state={hasSignedIn ? 'active' : 'invited'} />
}

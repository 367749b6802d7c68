'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { QuarantineActs } from '#components/quarantine/quarantine-acts.tsx'
import { plural } from '#components/ui/format.ts'

type PersonActsProps = {
  readonly person: { readonly id: string; readonly name: string; readonly status: string }
  /** Active ones: what stops with the person. */
  readonly keys: number
}

/** Keeping somebody out, and letting them in again. */
export function PersonActs({ person, keys }: PersonActsProps) {
  const path = `/users/${encodeURIComponent(person.id)}`
  const theirKeys = keys === 0 ? 'They have no active key' : keys === 1 ? 'Their 1 key' : `Their ${plural(keys, 'key')}`
  const quarantine = (
    <QuarantineActs kind="user" id={person.id} name={person.name} status={person.status} mayStop mayRelease />
  )
  if (person.status === 'quarantined') return quarantine
  if (person.status !== 'active') {
    return (
      <AskButton
        label="Enable"
        icon="play"
        title={`Enable ${person.name}?`}
        description="The account was disabled."
        effects={[
          { icon: 'user', text: 'They may sign in again' },
          {
            icon: 'key',
            text: keys === 0 ? theirKeys : `${theirKeys} work again within 1 s, unless stopped for another reason`,
          },
        ]}
        verb="Enable"
        verbVariant="primary"
        path={path}
        method="PATCH"
        body={{ status: 'active' }}
        keep="to leave it"
      />
    )
  }
  return (
    <>
      {quarantine}
      <AskButton
        label="Disable"
        icon="ban"
        variant="danger"
        title={`Disable ${person.name}?`}
        description="For somebody who left. It can be undone."
        effects={[
          { icon: 'ban', text: keys === 0 ? theirKeys : `${theirKeys} are refused within 1 s` },
          { icon: 'user', text: 'They are signed out everywhere at once, and cannot come back' },
          { icon: 'chart', text: 'Their calls and their spend stay in every report' },
        ]}
        verb="Disable"
        verbVariant="danger-solid"
        path={path}
        method="PATCH"
        body={{ status: 'disabled' }}
        keep="to keep the account"
      />
    </>
  )
}

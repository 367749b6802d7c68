'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { StopsEffect } from '#components/quarantine/stops-effect.tsx'
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
  if (person.status === 'quarantined') {
    return (
      <AskButton
        label="Release"
        icon="play"
        title={`Release ${person.name}?`}
        description="The account goes on where quarantine found it."
        effects={[
          { icon: 'user', text: 'They may sign in again' },
          {
            icon: 'key',
            text: keys === 0 ? theirKeys : `${theirKeys} work again within 1 s, unless stopped for another reason`,
          },
        ]}
        verb="Release"
        verbVariant="primary"
        path={`${path}/release`}
        why="Cleared with the security team"
        keep="to leave it"
      />
    )
  }
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
      <AskButton
        label="Quarantine"
        icon="halt"
        variant="quarantine"
        title={`Quarantine ${person.name}?`}
        description="Everything stops until the quarantine ends or an admin releases the account."
        effects={[
          { icon: 'ban', text: keys === 0 ? theirKeys : `${theirKeys} are refused within 1 s` },
          { icon: 'user', text: 'They are signed out everywhere at once' },
        ]}
        counted={<StopsEffect path={path} />}
        ends
        verb="Quarantine now"
        verbVariant="quarantine-solid"
        path={`${path}/quarantine`}
        why="Keys found in a public repository"
        keep="to keep it running"
      />
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

'use client'

import type { ReactNode } from 'react'
import { AskButton, type AskButtonProps } from '#components/admin/ask-button.tsx'
import { StopsEffect } from '#components/quarantine/stops-effect.tsx'
import type { QuarantineSubject } from '#lib/quarantine/contract.ts'

/** Keys have popovers of their own, which lists open too. */
type Kind = Exclude<QuarantineSubject, 'key'>

type Words = {
  /** On the API. */
  readonly collection: string
  readonly stops: { readonly description: string; readonly effects: AskButtonProps['effects']; readonly why: string }
  readonly goesOn: Words['stops']
}

const keysWork = { icon: 'key', text: 'Its keys work again within 1 s, unless stopped for another reason' } as const
const ofPrincipal: Pick<Words, 'stops' | 'goesOn'> = {
  stops: {
    description: 'Everything of it stops until the quarantine ends or an admin releases it.',
    effects: [{ icon: 'ban', text: 'Its keys are refused within 1 s, with 403 principal_disabled' }],
    why: 'Loops on one refund',
  },
  goesOn: { description: 'It goes on where quarantine found it.', effects: [keysWork], why: 'Fixed in version 3.1' },
}

/** What is said of each kind of thing, once. */
const words: Record<Kind, Words> = {
  team: { collection: '/teams', ...ofPrincipal },
  workload: { collection: '/workloads', ...ofPrincipal },
  user: {
    collection: '/users',
    stops: {
      description: 'Everything stops until the quarantine ends or an admin releases the account.',
      effects: [
        { icon: 'ban', text: 'Their keys are refused within 1 s, with 403 principal_disabled' },
        { icon: 'user', text: 'They are signed out everywhere at once' },
      ],
      why: 'Keys found in a public repository',
    },
    goesOn: {
      description: 'The account goes on where quarantine found it.',
      effects: [
        { icon: 'user', text: 'They may sign in again' },
        { icon: 'key', text: 'Their keys work again within 1 s, unless stopped for another reason' },
      ],
      why: 'Cleared with the security team',
    },
  },
  model: {
    collection: '/models',
    stops: {
      description: 'For everybody, on every route.',
      effects: [{ icon: 'ban', text: 'Its calls are refused within 1 s, with 403 model_not_allowed' }],
      why: 'Answers are wrong since noon',
    },
    goesOn: {
      description: 'It is called again by everybody whose profile allows it.',
      effects: [{ icon: 'play', text: 'Calls pass again within 1 s' }],
      why: 'The provider has mended it',
    },
  },
  provider: {
    collection: '/providers',
    stops: {
      description: 'Nothing is sent there until the quarantine ends or an admin releases it.',
      effects: [{ icon: 'ban', text: 'No new call goes there within 1 s' }],
      why: 'Answers from somebody else’s prompts',
    },
    goesOn: {
      description: 'Calls are sent there again.',
      effects: [{ icon: 'swap', text: 'Its routes take their share again within 1 s' }],
      why: 'The provider has confirmed the fix',
    },
  },
}

type QuarantineActsProps = {
  readonly kind: Kind
  readonly id: string
  readonly name: string
  readonly status: string
  readonly mayStop: boolean
  readonly mayRelease: boolean
  /** What else is counted before it is done. */
  readonly counted?: ReactNode
}

/** Stops a thing with all that hangs on it, or lets it go on; what that means is counted before it is done. */
export function QuarantineActs({ kind, id, name, status, mayStop, mayRelease, counted }: QuarantineActsProps) {
  const { collection, stops, goesOn } = words[kind]
  const path = `${collection}/${encodeURIComponent(id)}`
  if (status === 'quarantined' && mayRelease) {
    return (
      <AskButton
        label="Release"
        icon="play"
        title={`Release ${name}?`}
        {...goesOn}
        verb="Release"
        verbVariant="primary"
        path={`${path}/release`}
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
      {...stops}
      counted={
        <>
          {counted}
          <StopsEffect path={path} />
        </>
      }
      ends
      verb="Quarantine now"
      verbVariant="quarantine-solid"
      path={`${path}/quarantine`}
      keep="to keep it running"
    />
  )
}

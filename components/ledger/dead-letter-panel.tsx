'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { eventIdOf, layOut } from '#components/ledger/dead-letter-words.ts'
import { DeadLetterState } from '#components/ledger/dead-letter-table.tsx'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Facts, type Fact } from '#components/ui/section.tsx'
import { Time } from '#components/ui/time.tsx'
import { useRouter } from 'next/navigation'
import type { DeadLetterView } from '#lib/ledger/corrections-contract.ts'

type DeadLetterPanelProps = {
  readonly letter: DeadLetterView
  readonly closeHref: string
  readonly mayCorrect: boolean
}

/** One event that could not be booked: why, what it held, and what to do about it. */
export function DeadLetterPanel({ letter, closeHref, mayCorrect }: DeadLetterPanelProps) {
  const { text, isJson } = layOut(letter.payload)
  return (
    <Panel
      title="Unbooked event"
      tags={<DeadLetterState letter={letter} />}
      closeHref={closeHref}
      foot={mayCorrect ? <Acts letter={letter} closeHref={closeHref} /> : undefined}
    >
      <Facts items={factsOf(letter)} />
      <CodeBlock
        label="The entry"
        snippets={[
          { id: 'entry', label: 'As it came', code: letter.payload, shown: text, language: isJson ? 'json' : 'text' },
        ]}
      />
    </Panel>
  )
}

function factsOf({ id, at, error, payload, closed }: DeadLetterView): Fact[] {
  const eventId = eventIdOf(payload)
  return [
    { label: 'Event', value: eventId ? <CopyId text={eventId} /> : 'Without an id' },
    { label: 'Stream entry', value: <CopyId text={id} /> },
    { label: 'Since', value: <Time at={Date.parse(at)} as="moment" /> },
    { label: 'Why', value: error },
    ...(closed
      ? [
          { label: 'Closed', value: <Time at={Date.parse(closed.at)} as="moment" /> },
          { label: 'By', value: closed.by },
          { label: 'Because', value: closed.reason },
        ]
      : []),
  ]
}

function Acts({ letter, closeHref }: Pick<DeadLetterPanelProps, 'letter' | 'closeHref'>) {
  const router = useRouter()
  const path = `/ledger/dead-letters/${encodeURIComponent(letter.id)}`
  const done = () => router.push(closeHref, { scroll: false })
  return (
    <PanelFoot>
      {letter.closed ? null : (
        <AskButton
          label="Never book it"
          title="Never book this event"
          description="For entries that are no events, or that were corrected in another way."
          effects={[
            { icon: 'ban', text: 'It counts in no report and no budget' },
            { icon: 'scroll', text: 'It stays here among the closed ones, with your reason' },
          ]}
          verb="Never book it"
          verbVariant="danger"
          path={`${path}/close`}
          why="Sent by a test of ours"
          onDone={done}
        />
      )}
      <AskButton
        label="Try again"
        icon="rotate"
        variant="primary"
        title="Try to book this event again"
        description="Once its cause is gone: a newer worker understands it, or PostgreSQL takes it."
        effects={[
          { icon: 'list', text: 'It goes back into the usage stream; what was booked meanwhile is not booked twice' },
          { icon: 'clock', text: 'After five tries in vain it comes back here' },
        ]}
        verb="Try again"
        verbVariant="primary"
        path={`${path}/retry`}
        onDone={done}
      />
    </PanelFoot>
  )
}

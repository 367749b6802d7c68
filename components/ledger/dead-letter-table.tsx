import type { ReactNode } from 'react'
import { eventIdOf } from '#components/ledger/dead-letter-words.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Row } from '#components/ui/list.tsx'
import { Status } from '#components/ui/status.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { DeadLetterView } from '#lib/ledger/corrections-contract.ts'

export const deadLetterColumns = 4

type DeadLetterTableProps = {
  readonly letters: readonly DeadLetterView[]
  readonly openId: string | null
  readonly hrefOf: (id: string) => string
  readonly nowMs: number
  readonly empty: ReactNode
}

/** What could not be booked: which call, why, since when, and whether somebody has decided. */
export function DeadLetterTable({ letters, openId, hrefOf, nowMs, empty }: DeadLetterTableProps) {
  return (
    <Table label="Unbooked events" rows="two">
      <thead>
        <tr>
          <Th className="min-w-72 drop-4:min-w-0">Event</Th>
          <Th drop={4} className="w-full">
            Why it could not be booked
          </Th>
          <Th drop={3}>State</Th>
          <Th num>Since</Th>
        </tr>
      </thead>
      <tbody>
        {letters.length === 0 ? empty : null}
        {letters.map((letter) => (
          <Row key={letter.id} id={letter.id} href={hrefOf(letter.id)} current={letter.id === openId}>
            <Td give>
              <Lead
                mono={eventIdOf(letter.payload) !== null}
                icon={<Icon name="list" />}
                title={eventIdOf(letter.payload) ?? 'Without an id'}
                href={hrefOf(letter.id)}
                second={`Entry ${letter.id}`}
                narrow={letter.error}
              />
            </Td>
            <Td drop={4} dim className="w-full max-w-0">
              <span className="block truncate">{letter.error}</span>
            </Td>
            <Td drop={3}>
              <DeadLetterState letter={letter} />
            </Td>
            <Td num dim>
              <Time at={Date.parse(letter.at)} now={nowMs} />
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

export function DeadLetterState({ letter }: { readonly letter: DeadLetterView }) {
  return letter.closed ? (
    <Status tone="mute" glyph="dashed">
      Never booked
    </Status>
  ) : (
    <Status tone="bad" glyph="cross">
      Waits
    </Status>
  )
}

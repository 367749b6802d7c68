import { CostCell, TokensCell } from '#components/calls/call-cells.tsx'
import { CallOutcome } from '#components/calls/call-outcome.tsx'
import { clientName } from '#components/calls/client-name.ts'
import type { Reach } from '#components/calls/reach.ts'
import { formatLatency, MISSING } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Row } from '#components/ui/list.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { ReactNode } from 'react'
import type { CallItem } from '#lib/reports/calls-contract.ts'

type CallTableProps = {
  readonly calls: readonly CallItem[]
  /** When the page was rendered, epoch ms. */
  readonly now: number
  readonly reach: Reach
  /** In place of rows. */
  readonly empty?: ReactNode
}

/** Calls, newest first. Stands inside a List. */
export function CallTable({ calls, now, reach, empty }: CallTableProps) {
  return (
    <Table label="Calls">
      <thead>
        <tr>
          <Th drop={4} className="w-34">
            Time, UTC
          </Th>
          <Th give className="drop-4:pl-4!">
            Model
          </Th>
          <Th drop={2}>Key</Th>
          <Th drop={1}>Client</Th>
          <Th num drop={3}>
            Tokens in, out
          </Th>
          <Th num>Cost</Th>
          <Th num drop={3}>
            Took
          </Th>
          <Th className="w-40">Outcome</Th>
        </tr>
      </thead>
      <tbody>
        {calls.length === 0
          ? empty
          : calls.map((call) => <CallRow key={call.id} call={call} now={now} reach={reach} />)}
      </tbody>
    </Table>
  )
}

type CallRowProps = { readonly call: CallItem; readonly now: number; readonly reach: Reach }

function CallRow({ call, now, reach }: CallRowProps) {
  const client = clientName(call.userAgent)
  const href = `/calls/${call.id}`
  const time = <Time at={Date.parse(call.at)} as="log" now={now} />
  return (
    <Row id={call.id} href={href}>
      <Td dim drop={4}>
        {time}
      </Td>
      <Td give className="drop-4:pl-4!">
        <Lead
          mono
          title={call.model ?? 'none named'}
          href={href}
          narrow={
            <>
              {time}
              {client ? `, ${client}` : ''}
            </>
          }
        />
      </Td>
      <Td drop={2}>
        {call.key && reach.keys ? (
          <Link href={`/keys/${call.key.id}`} className="font-normal text-ink-2">
            {call.key.name}
          </Link>
        ) : (
          <span className="text-ink-2">{call.key?.name ?? MISSING}</span>
        )}
      </Td>
      <Td dim drop={1}>
        {client}
      </Td>
      <Td num drop={3}>
        <TokensCell call={call} />
      </Td>
      <Td num>
        <CostCell call={call} />
      </Td>
      <Td num dim drop={3}>
        {formatLatency(call.totalMs)}
      </Td>
      <Td>
        <CallOutcome
          outcome={call.outcome}
          status={call.status}
          decisionId={reach.decisions ? call.decisionId : null}
        />
      </Td>
    </Row>
  )
}

import type { ReactNode } from 'react'
import { capital, whatWords } from '#components/requests/request-words.ts'
import { formatDate } from '#components/ui/format.ts'
import { Row } from '#components/ui/list.tsx'
import { Person } from '#components/ui/person.tsx'
import { State } from '#components/ui/status.tsx'
import { Lead, Table, TableEmpty, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { RequestView } from '#lib/requests/contract.ts'

type RequestTableProps = {
  readonly label: string
  readonly requests: readonly RequestView[]
  /** Where one opens: `/requests` or `/approvals`. */
  readonly path: string
  readonly nowMs: number
  readonly empty: ReactNode
}

/** Requests, newest first. Inside a List. */
export function RequestTable({ label, requests, path, nowMs, empty }: RequestTableProps) {
  return (
    <Table label={label} rows="two">
      <thead>
        <tr>
          <Th>Asked for</Th>
          <Th>State</Th>
          <Th drop={3}>Who asks</Th>
          <Th drop={2}>Team</Th>
          <Th drop={1}>Decided by</Th>
          <Th num drop={4}>
            Asked
          </Th>
        </tr>
      </thead>
      <tbody>
        {requests.length === 0 ? <TableEmpty columns={6}>{empty}</TableEmpty> : null}
        {requests.map((request) => (
          <Row key={request.id} id={request.id} href={`${path}/${request.id}`}>
            <Td give className="w-full max-w-0">
              <Lead
                title={capital(request.summary)}
                href={`${path}/${request.id}`}
                second={request.reason || whatWords[request.what]}
              />
            </Td>
            <Td>
              <State of="request" state={request.status} second={endOf(request)} />
            </Td>
            <Td drop={3}>
              <Person name={request.asker.name} />
            </Td>
            <Td drop={2} dim>
              {request.team.name}
            </Td>
            <Td drop={1} dim>
              {request.decidedBy ?? '–'}
            </Td>
            <Td num dim drop={4}>
              <Time at={Date.parse(request.createdAt)} now={nowMs} />
            </Td>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function endOf({ status, validUntil, lapsesAt }: RequestView): string | undefined {
  if (status === 'open') return `Lapses ${formatDate(Date.parse(lapsesAt))}`
  return status === 'approved' && validUntil ? `Until ${formatDate(Date.parse(validUntil))}` : undefined
}

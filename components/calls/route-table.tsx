import { formatLatency } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { Receipt } from '#lib/reports/calls-contract.ts'

type Attempt = Receipt['attempts'][number]

/** Each try at a provider, in order. More than one means that the call moved on before its first byte. */
export function RouteTable({ attempts }: Pick<Receipt, 'attempts'>) {
  return (
    <Table label="Route" inline>
      <thead>
        <tr>
          <Th>Provider</Th>
          <Th>Model there</Th>
          <Th drop={3}>Region</Th>
          <Th num drop={4}>
            Began after
          </Th>
          <Th num drop={4}>
            Took
          </Th>
          <Th>Answer</Th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt, index) => (
          <tr key={index}>
            <Td>
              <b>{attempt.provider}</b>
            </Td>
            <Td mono>{attempt.upstreamModel}</Td>
            <Td dim drop={3}>
              {attempt.region}
            </Td>
            <Td num dim drop={4}>
              {formatLatency(attempt.startMs)}
            </Td>
            <Td num dim drop={4}>
              {formatLatency(attempt.durationMs)}
            </Td>
            <Td>
              <Answer status={attempt.status} error={attempt.error} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Answer({ status, error }: Pick<Attempt, 'status' | 'error'>) {
  const served = error === null && status !== null && status < 400
  return (
    <Status tone={served ? 'ok' : 'warn'} glyph={served ? 'dot' : 'triangle'}>
      {error ?? status ?? 'no answer'}
    </Status>
  )
}

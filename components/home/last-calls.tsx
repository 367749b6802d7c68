import { CostCell, TokensCell } from '#components/calls/call-cells.tsx'
import { CallOutcome } from '#components/calls/call-outcome.tsx'
import { clientName } from '#components/calls/client-name.ts'
import { RefreshEvery } from '#components/admin/refresh-every.tsx'
import { formatLatency } from '#components/ui/format.ts'
import { Glyph } from '#components/ui/glyph.tsx'
import { Link } from '#components/ui/link.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { CallItem } from '#lib/reports/calls-contract.ts'

type LastCallsProps = {
  readonly calls: readonly CallItem[]
  readonly nowMs: number
  readonly title?: string
  /** Where all of them are. */
  readonly href: string
  readonly className?: string
}

/** The newest calls. Without any it waits for the first and fills itself. */
export function LastCalls({ calls, nowMs, title = 'Last calls', href, className }: LastCallsProps) {
  if (calls.length === 0) {
    return (
      <Section title={title} className={className}>
        <RefreshEvery seconds={5} />
        <p className="flex items-center gap-2 text-ink-2" role="status">
          <Glyph name="dashed" className="text-accent-ink" />
          <b>Waiting for your first call.</b> It shows here the moment it arrives.
        </p>
      </Section>
    )
  }
  return (
    <Section title={title} end={<Link href={href}>All calls</Link>} className={className}>
      <Table label={title} inline>
        <thead>
          <tr>
            <Th drop={4}>Time, UTC</Th>
            <Th className="drop-4:pl-0!">Model</Th>
            <Th drop={3}>Client</Th>
            <Th num drop={3}>
              Tokens in, out
            </Th>
            <Th num>Cost</Th>
            <Th num drop={4}>
              Took
            </Th>
            <Th>Outcome</Th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <Td dim drop={4}>
                <Link href={`/calls/${call.id}`} className="font-normal text-ink-2">
                  <Time at={Date.parse(call.at)} as="log" now={nowMs} />
                </Link>
              </Td>
              <Td mono give className="drop-4:pl-0!">
                {call.model ?? 'none named'}
              </Td>
              <Td dim drop={3}>
                {clientName(call.userAgent)}
              </Td>
              <Td num drop={3}>
                <TokensCell call={call} />
              </Td>
              <Td num>
                <CostCell call={call} />
              </Td>
              <Td num dim drop={4}>
                {formatLatency(call.totalMs)}
              </Td>
              <Td>
                <CallOutcome outcome={call.outcome} status={call.status} decisionId={call.decisionId} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  )
}

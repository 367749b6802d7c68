import { clientName } from '#components/calls/client-name.ts'
import { formatBigCount, formatCount, formatKey } from '#components/ui/format.ts'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { Spent } from '#components/usage/spent.tsx'
import type { CallerView } from '#lib/keys/list-callers.ts'

type CallersTableProps = {
  readonly callers: readonly CallerView[]
  readonly nowMs: number
  /** Which secret each used, where a key has two. */
  readonly withSecret?: boolean
}

const identities: Record<string, string> = { virtual_key: 'Key', idp_token: 'Company sign-in', mtls: 'Key and mTLS' }

/** Who calls with the key: from where, with what, how much. */
export function CallersTable({ callers, nowMs, withSecret = false }: CallersTableProps) {
  return (
    <Table label="Callers" inline rows="tight">
      <thead>
        <tr>
          <Th>From</Th>
          <Th drop={4}>Client</Th>
          <Th drop={4}>{withSecret ? 'Secret' : 'Identity'}</Th>
          <Th num>Calls</Th>
          <Th num drop={4}>
            Tokens
          </Th>
          <Th num>Spent</Th>
          <Th num drop={3}>
            Last
          </Th>
        </tr>
      </thead>
      <tbody>
        {callers.map((caller) => (
          <tr key={[caller.ip, caller.client, caller.secretId, caller.identity].join(' ')}>
            <Td mono>{caller.ip ?? 'unknown'}</Td>
            <Td drop={4}>{clientName(caller.client)}</Td>
            <Td dim drop={4}>
              {withSecret ? (
                caller.last4 ? (
                  <span className="mono">{formatKey(caller.last4)}</span>
                ) : null
              ) : (
                (identities[caller.identity] ?? caller.identity)
              )}
            </Td>
            <Td num>
              {formatCount(caller.calls)}
              {caller.refused > 0 ? <span className="text-ink-3">, {formatCount(caller.refused)} refused</span> : null}
            </Td>
            <Td num dim drop={4}>
              {formatBigCount(caller.inputTokens + caller.outputTokens)}
            </Td>
            <Td num>
              <Spent sums={caller} />
            </Td>
            <Td num dim drop={3}>
              <Time at={Date.parse(caller.lastAt)} as="age" now={nowMs} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

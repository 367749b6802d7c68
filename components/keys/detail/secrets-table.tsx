import { formatKey } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

type SecretsTableProps = { readonly secrets: KeyView['secrets']; readonly nowMs: number }

/** The newest first; one that was rotated away says when it ends. */
export function SecretsTable({ secrets, nowMs }: SecretsTableProps) {
  return (
    <Table label="Live secrets" inline>
      <thead>
        <tr>
          <Th>Secret</Th>
          <Th>State</Th>
          <Th num drop={3}>
            Since
          </Th>
          <Th num>Last used</Th>
          <Th num>Ends</Th>
        </tr>
      </thead>
      <tbody>
        {secrets.map((secret) => (
          <tr key={secret.id}>
            <Td mono>{formatKey(secret.last4)}</Td>
            <Td>
              {secret.notAfter ? (
                <Status tone="warn" glyph="clock">
                  In its grace
                </Status>
              ) : (
                <Status tone="ok" glyph="dot">
                  Current
                </Status>
              )}
            </Td>
            <Td num dim drop={3}>
              <Time at={Date.parse(secret.createdAt)} as="date" />
            </Td>
            <Td num dim>
              {secret.lastUsedAt ? <Time at={Date.parse(secret.lastUsedAt)} as="age" now={nowMs} /> : 'Never'}
            </Td>
            <Td num dim>
              {secret.notAfter ? <Time at={Date.parse(secret.notAfter)} as="relative" now={nowMs} /> : 'With the key'}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

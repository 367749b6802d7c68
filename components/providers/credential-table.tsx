'use client'

import { AskButton } from '#components/admin/ask-button.tsx'
import { formatAge, formatDate } from '#components/ui/format.ts'
import { Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { ProviderView } from '#lib/catalog/contract.ts'

type CredentialTableProps = {
  readonly provider: Pick<ProviderView, 'id' | 'displayName' | 'credentials'>
  readonly mayWrite: boolean
  readonly nowMs: number
}

/** The credentials by their last four characters: live ones with their share, then those that were retired. */
export function CredentialTable({ provider, mayWrite, nowMs }: CredentialTableProps) {
  const live = provider.credentials.filter(({ status }) => status === 'active')
  const weights = live.reduce((sum, { weight }) => sum + weight, 0)
  return (
    <Table label="Credentials" inline>
      <thead>
        <tr>
          <Th>Credential</Th>
          <Th>State</Th>
          <Th num drop={4}>
            Weight
          </Th>
          <Th num>Share</Th>
          <Th num drop={4}>
            Age
          </Th>
          {mayWrite ? (
            <Th num>
              <span className="sr-only">Retire</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {provider.credentials.map((credential) => {
          const isLive = credential.status === 'active'
          return (
            <tr key={credential.id}>
              <Td give>
                <b className={isLive ? undefined : 'font-normal text-ink-2'}>{credential.label}</b>{' '}
                <span className="mono text-xs text-ink-3">…{credential.last4}</span>
              </Td>
              <Td>
                {isLive ? (
                  <Status tone="ok" glyph="dot">
                    In use
                  </Status>
                ) : (
                  <Status tone="mute" glyph="cross">
                    Retired{credential.retiredAt ? ` ${formatDate(Date.parse(credential.retiredAt))}` : ''}
                  </Status>
                )}
              </Td>
              <Td num dim drop={4}>
                {isLive ? credential.weight : null}
              </Td>
              <Td num dim>
                {isLive ? `${Math.round((credential.weight / weights) * 100)}\u00a0%` : null}
              </Td>
              <Td num dim drop={4}>
                {formatAge(Date.parse(credential.createdAt), nowMs)}
              </Td>
              {mayWrite ? (
                <Td num>
                  {isLive ? (
                    <AskButton
                      label="Retire"
                      size="small"
                      variant="danger"
                      title={`Retire ${credential.label}?`}
                      description="This cannot be undone. Its secret is deleted here; revoke it at the provider too."
                      effects={[
                        {
                          icon: live.length > 1 ? 'swap' : 'ban',
                          text:
                            live.length > 1
                              ? 'The other credentials take its calls within 1 s'
                              : `It is the only one: calls to ${provider.displayName} go out without a credential`,
                        },
                      ]}
                      verb="Retire"
                      verbVariant="danger-solid"
                      path={`/providers/${encodeURIComponent(provider.id)}/credentials/${encodeURIComponent(credential.id)}/retire`}
                      keep="to keep it"
                    />
                  ) : (
                    <span />
                  )}
                </Td>
              ) : null}
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

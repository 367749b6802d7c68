'use client'

import { useRouter } from 'next/navigation'
import { AskButton } from '#components/admin/ask-button.tsx'
import { SupplyEffect } from '#components/providers/supply-effect.tsx'
import { QuarantineActs } from '#components/quarantine/quarantine-acts.tsx'
import type { ProviderView } from '#lib/catalog/contract.ts'

type ProviderActsProps = { readonly provider: Pick<ProviderView, 'id' | 'name' | 'displayName' | 'status' | 'models'> }

/** Turning a provider off and on, stopping it at once, and taking it away. */
export function ProviderActs({ provider: { id, name, displayName, status, models } }: ProviderActsProps) {
  const router = useRouter()
  const path = `/providers/${encodeURIComponent(id)}`
  const remove =
    models.length > 0 ? null : (
      <AskButton
        label="Remove"
        icon="trash"
        variant="danger"
        title={`Remove ${displayName}?`}
        description="This cannot be undone. No model is served by it."
        effects={[
          { icon: 'key', text: 'Its credentials are deleted' },
          { icon: 'chart', text: 'Its calls and their cost stay in every report' },
        ]}
        typed={name}
        verb="Remove"
        verbVariant="danger-solid"
        path={path}
        method="DELETE"
        keep="to keep it"
        onDone={() => router.push('/admin/providers')}
      />
    )
  const quarantine = (
    <QuarantineActs
      kind="provider"
      id={id}
      name={displayName}
      status={status}
      mayStop
      mayRelease
      counted={<SupplyEffect providerId={id} />}
    />
  )
  if (status === 'quarantined') return quarantine
  return (
    <>
      {remove}
      {status === 'active' ? (
        <AskButton
          label="Turn off"
          icon="pause"
          title={`Turn off ${displayName}?`}
          description="For planned work, or a provider that is not used for now."
          effects={[{ icon: 'swap', text: 'Calls go to other routes of the same model; streams that run now finish' }]}
          counted={<SupplyEffect providerId={id} />}
          verb="Turn off"
          verbVariant="primary"
          path={path}
          method="PATCH"
          body={{ status: 'off' }}
          keep="to keep it on"
        />
      ) : (
        <AskButton
          label="Turn on"
          icon="play"
          title={`Turn on ${displayName}?`}
          description="Calls are sent there again."
          effects={[{ icon: 'swap', text: 'Its routes take their share again within 1 s' }]}
          verb="Turn on"
          verbVariant="primary"
          path={path}
          method="PATCH"
          body={{ status: 'active' }}
          keep="to leave it off"
        />
      )}
      {quarantine}
    </>
  )
}

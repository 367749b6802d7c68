import { openKey, type KeyParams } from '../open-key.ts'
import { CallersTable } from '#components/keys/detail/callers-table.tsx'
import { Rotation } from '#components/keys/detail/rotation.tsx'
import { SecretsTable } from '#components/keys/detail/secrets-table.tsx'
import { ScrollRegion } from '#components/ui/scroll-region.tsx'
import { Section } from '#components/ui/section.tsx'
import { listCallers } from '#lib/keys/list-callers.ts'
import { portal } from '#lib/wiring/portal.ts'

export default async function SecretsPage({ params }: KeyParams) {
  const { actor, item } = await openKey((await params).id)
  const context = portal()
  const nowMs = context.clock.nowMs()
  const callers = await listCallers(context, actor, item.id, { hours: 24 })
  return (
    <ScrollRegion label="Secrets" className="min-h-0 flex-1 px-(--gutter) pt-6 pb-8 phone:overflow-visible phone:p-4">
      <Section title="Live secrets" aside="A key has two at most">
        <SecretsTable secrets={item.secrets} nowMs={nowMs} />
        <p className="text-xs text-ink-3">
          We keep only digests. Rotating makes a new secret and lets the old one go on for as long as you say.
        </p>
      </Section>
      {item.secrets.length > 1 ? <Rotation item={item} callers={callers.data} nowMs={nowMs} /> : null}
      <Section title="Who uses them, last 24 hours">
        {callers.data.length === 0 ? (
          <p className="text-ink-2">Nobody called with this key in the last 24 hours.</p>
        ) : (
          <CallersTable callers={callers.data} nowMs={nowMs} withSecret />
        )}
      </Section>
    </ScrollRegion>
  )
}

import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { openKey, type KeyParams } from './open-key.ts'
import { AlertStrips } from '#components/alerts/alert-strips.tsx'
import { KeyActsBar } from '#components/keys/detail/key-acts-bar.tsx'
import { StatusStrip } from '#components/keys/detail/status-strip.tsx'
import { EnvironmentTag, KeyState } from '#components/keys/key-cells.tsx'
import { kindLooks, offeredActions } from '#components/keys/key-words.ts'
import { extensionOf } from '#components/keys/extension.ts'
import { PageHeader } from '#components/shell/page.tsx'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Views, type View } from '#components/ui/tabs.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readLatestEnd } from '#lib/keys/read-key-lifetime.ts'
import { readModelsOfKey } from '#lib/keys/read-new-key-options.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { portal } from '#lib/wiring/portal.ts'

export async function generateMetadata({ params }: KeyParams): Promise<Metadata> {
  const open = await openKey((await params).id).catch(() => null)
  // Whatever went wrong is the page's to say; its tab has a name all the same.
  return { title: open?.item.name ?? 'Not found' }
}

/** The head of a key and its parts; what stands below is one of them. */
export default async function KeyLayout({ params, children }: KeyParams & { readonly children: ReactNode }) {
  const { actor, item } = await openKey((await params).id)
  const context = portal()
  const { icon, word } = kindLooks[item.kind]
  const [models, latestMs, quarantine, alerts] = await Promise.all([
    item.actions.includes('rotate') ? readModelsOfKey(context, item.id) : [],
    readLatestEnd(context, actor, item.id),
    item.status === 'quarantined' ? readQuarantine(context, { type: 'key', id: item.id }) : null,
    listAlerts(context, actor, listAlertsQuery.parse({ filter: { subjectType: ['key'], subjectId: [item.id] } })),
  ])
  // That somebody has seen that it ends does not move the end: there the note stays.
  const told = alerts.data.filter(({ state, kind }) => state === 'open' || kind === 'key_ending')
  const nowMs = context.clock.nowMs()
  const endsMs = item.expiresAt === null ? null : Date.parse(item.expiresAt)
  const extensions = item.actions.includes('update') ? new Map([[item.id, extensionOf(endsMs, latestMs, nowMs)]]) : null
  const path = `/keys/${item.id}`
  const views: View[] = [
    { label: 'Overview', href: path },
    { label: 'Calls', href: `${path}/calls` },
    { label: 'Policy', href: `${path}/policy` },
    { label: 'Secrets', href: `${path}/secrets`, ...(item.secrets.length > 1 ? { count: item.secrets.length } : {}) },
    { label: 'Refusals', href: `${path}/refusals` },
    ...(may(actor, 'audit.read') ? [{ label: 'History', href: `${path}/history` }] : []),
  ]
  return (
    <>
      <PageHeader
        title={item.name}
        crumb={{ label: 'Keys', href: '/keys' }}
        tags={
          <>
            <KeyState item={item} />
            <EnvironmentTag environment={item.environment} />
            <Tag>
              <Icon name={icon} size={12} />
              {word}
            </Tag>
          </>
        }
        actions={
          <KeyActsBar
            subject={{ id: item.id, name: item.name, actions: offeredActions(item), liveSecrets: item.secrets.length }}
            models={models}
            baseUrl={`${context.config.publicUrl}/v1`}
          />
        }
      />
      {views.map(({ href, label }, index) => (
        <Hotkey key={href} keys={String(index + 1)} label={label} href={href} />
      ))}
      <Views label="Parts of this key" views={views} />
      <StatusStrip
        item={item}
        nowMs={nowMs}
        latestMs={latestMs}
        quarantine={quarantine}
        endIsTold={told.some(({ kind }) => kind === 'key_ending')}
      />
      <AlertStrips alerts={told} most={3} {...(extensions ? { extensions } : {})} />
      {children}
    </>
  )
}

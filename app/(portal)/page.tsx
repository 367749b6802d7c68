import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { signedIn } from './signed-in.ts'
import { AlertNotes, type Extensions } from '#components/alerts/alert-strips.tsx'
import { FirstKey } from '#components/home/first-key.tsx'
import { HeroHead, KeyHero } from '#components/home/key-hero.tsx'
import { LastCalls } from '#components/home/last-calls.tsx'
import { LeftThisMonth } from '#components/home/left-this-month.tsx'
import { LimitsNow } from '#components/home/limits-now.tsx'
import { MayUse } from '#components/home/may-use.tsx'
import { extensionOf } from '#components/keys/extension.ts'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Empty } from '#components/ui/states.tsx'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import type { AlertView } from '#lib/alerts/contract.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may, mayAnywhere } from '#lib/identity/rules/permissions.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { readLatestEnd } from '#lib/keys/read-key-lifetime.ts'
import { readModelsOfKey, readNewKeyOptions } from '#lib/keys/read-new-key-options.ts'
import type { LimitsView } from '#lib/limits/contract.ts'
import { keyLimitsOf } from '#lib/limits/endpoints.ts'
import { readLimits } from '#lib/limits/read-limits.ts'
import { listCallsQuery, type CallItem } from '#lib/reports/calls-contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Home' }

const newKeyHref = '/keys?new=1'

/** The first page by role: whoever makes calls gets the paved path, everyone else the page they come for. */
export default async function HomePage() {
  const actor = await signedIn()
  if (!actor.roles.has('developer')) return firstPageOf(actor)
  const context = portal()
  const nowMs = context.clock.nowMs()
  const [mine, options] = await Promise.all([
    listKeys(context, actor, listKeysQuery.parse({ sort: '-lastUsedAt', limit: 100, filter: { owner: ['me'] } })),
    readNewKeyOptions(context, actor),
  ])
  const personal = mine.data.filter((key) => key.owner?.id === actor.id)
  const profile = options.profiles[0]
  const mayCreate = mayAnywhere(actor, 'key.create')
  const isFirst =
    mayCreate && personal.length === 0 && profile?.issuesFirstKey === true && profile.kinds.includes('personal')
  // On the very first visit the page is about the key that is being made, not about one of a program.
  const item = isFirst ? null : (mainKey(personal) ?? mainKey(mine.data))
  const [calls, models, limits, told] = await Promise.all([
    readCalls(
      actor,
      mine.data.map(({ id }) => id),
    ),
    item ? readModelsOfKey(context, item.id) : (profile?.models ?? []),
    item ? limitsOf(actor, item.id) : null,
    ownAlerts(actor, nowMs),
  ])
  const baseUrl = `${context.config.publicUrl}/v1`
  const firstName = actor.name.split(' ')[0] ?? actor.name
  return (
    <>
      <PageHeader
        title="Home"
        actions={
          mayCreate ? (
            <>
              <ButtonLink href="/requests?new=1" icon="send">
                Ask for more
              </ButtonLink>
              <ButtonLink href={newKeyHref} variant="primary" icon="plus" kbd="C">
                New key
              </ButtonLink>
            </>
          ) : null
        }
      />
      {mayCreate ? <Hotkey keys="c" label="New key" href={newKeyHref} /> : null}
      <PageBody>
        <Columns
          className="phone:[&>div]:contents"
          rail={
            <>
              {item ? (
                <>
                  <LeftThisMonth keyId={item.id} initial={limits} className="phone:order-1" />
                  <LimitsNow keyId={item.id} initial={limits} className="phone:order-3 phone:mt-0!" />
                </>
              ) : null}
              <MayUse models={models} className="phone:order-5 phone:mt-0!" />
            </>
          }
        >
          {told.alerts.length > 0 ? (
            <div className="mb-4 grid gap-2 phone:order-0 phone:mb-0">
              <AlertNotes {...told} most={shownAlerts} named restHref="/alerts?owner=me" />
            </div>
          ) : null}
          <section className="grid grid-cols-[minmax(0,1fr)] gap-3 phone:order-2 phone:border-t phone:border-line phone:pt-6">
            <FirstKey isFirst={isFirst} firstName={firstName} models={models} baseUrl={baseUrl}>
              {item ? (
                <KeyHero item={item} firstName={firstName} models={models} baseUrl={baseUrl} />
              ) : (
                <NoKey firstName={firstName} mayCreate={mayCreate && (profile?.kinds.length ?? 0) > 0} />
              )}
            </FirstKey>
          </section>
          <LastCalls calls={calls} nowMs={nowMs} href="/calls" className="mt-6 phone:order-4 phone:mt-0!" />
        </Columns>
      </PageBody>
    </>
  )
}

/** The key that the page is about: one that works before one that does not, then by its last use, then the first one. */
function mainKey(keys: readonly KeyView[]): KeyView | null {
  const rank = ({ status }: KeyView) => (status === 'active' ? 0 : status === 'revoked' ? 2 : 1)
  const used = ({ lastUsedAt }: KeyView) => (lastUsedAt === null ? 0 : Date.parse(lastUsedAt))
  const [first] = keys.toSorted(
    (a, b) => rank(a) - rank(b) || used(b) - used(a) || a.createdAt.localeCompare(b.createdAt),
  )
  return first && rank(first) < 2 ? first : null
}

/** The newest calls of these keys, those of programs that the person answers for among them. */
async function readCalls(actor: Actor, keyIds: string[]): Promise<CallItem[]> {
  if (keyIds.length === 0) return []
  const page = await listCalls(portal(), actor, listCallsQuery.parse({ limit: 7, filter: { key: keyIds } }))
  return page.data
}

const shownAlerts = 3

/** What waits of one's own, the gravest first; of keys that end, to when they can be extended. */
async function ownAlerts(
  actor: Actor,
  nowMs: number,
): Promise<{ readonly alerts: readonly AlertView[]; readonly extensions: Extensions }> {
  const context = portal()
  const mine = listAlertsQuery.parse({ limit: 100, filter: { owner: ['me'], state: ['open'] } })
  const alerts = (await listAlerts(context, actor, mine)).data
  const extensions = await Promise.all(
    alerts.slice(0, shownAlerts).map(async ({ facts, subject: { id } }) => {
      if (facts.kind !== 'key_ending') return []
      const latestMs = await readLatestEnd(context, actor, id)
      return [[id, extensionOf(Date.parse(facts.expiresAt), latestMs, nowMs)] as const]
    }),
  )
  return { alerts, extensions: new Map(extensions.flat()) }
}

/** Null where they cannot be read: the page comes all the same, and asks again by itself. */
async function limitsOf(actor: Actor, keyId: string): Promise<LimitsView | null> {
  try {
    const { atMs, keys } = await readLimits(portal(), actor, { keyId })
    return { at: new Date(atMs).toISOString(), data: keys.map(keyLimitsOf) }
  } catch {
    return null
  }
}

function firstPageOf(actor: Actor) {
  if (actor.roles.has('finance') && may(actor, 'showback.read')) redirect('/showback')
  if (may(actor, 'overview.read')) redirect('/admin')
  if (may(actor, 'audit.read')) redirect('/admin/audit')
  return (
    <>
      <PageHeader title="Home" />
      <PageBody>
        <Empty icon="lock" title="You are signed in, but no role is set for your account">
          Roles come with groups of your identity provider. Your platform team maps one of yours.
        </Empty>
      </PageBody>
    </>
  )
}

function NoKey({ firstName, mayCreate }: { readonly firstName: string; readonly mayCreate: boolean }) {
  return (
    <>
      <HeroHead sentence={`You have no key, ${firstName}`} />
      <p className="text-ink-2">
        {mayCreate
          ? 'A key calls every model you may use through one address. It is ready at once, inside the guardrails of your profile.'
          : 'Your profile does not let you create one. Your platform team makes keys for people on it.'}
      </p>
      {mayCreate ? (
        <p>
          <ButtonLink href={newKeyHref} variant="primary" icon="plus">
            New key
          </ButtonLink>
        </p>
      ) : null}
    </>
  )
}

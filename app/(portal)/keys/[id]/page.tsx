import { NoPolicy } from './no-policy.tsx'
import { openKey, type KeyParams } from './open-key.ts'
import { readPolicy } from './read-policy.ts'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { BaseUrls } from '#components/home/base-urls.tsx'
import { SpendChart } from '#components/keys/detail/spend-chart.tsx'
import { CallersTable } from '#components/keys/detail/callers-table.tsx'
import { KeyFacts } from '#components/keys/detail/key-facts.tsx'
import { bookedBudget, KeyFigures, type DayOfCalls } from '#components/keys/detail/key-figures.tsx'
import { policyColumns, policyRows } from '#components/keys/detail/policy-rows.ts'
import { PolicyTable } from '#components/keys/detail/policy-table.tsx'
import { RecentRefusals } from '#components/keys/detail/recent-refusals.tsx'
import { Rotation } from '#components/keys/detail/rotation.tsx'
import { spendPeriods, spendSpan, type SpendPeriod } from '#components/keys/detail/spend-points.ts'
import { KeySnippets } from '#components/keys/reveal/key-snippets.tsx'
import { cheapestChat } from '#components/keys/reveal/snippets.ts'
import { SplitColumns, PageScroll } from '#components/shell/page.tsx'
import { Link } from '#components/ui/link.tsx'
import { Section } from '#components/ui/section.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import type { EffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { listCallers } from '#lib/keys/list-callers.ts'
import { readModelsOfKey } from '#lib/keys/read-new-key-options.ts'
import { listCallsQuery } from '#lib/reports/calls-contract.ts'
import { usageQuery } from '#lib/reports/contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { readUsage } from '#lib/reports/read-usage.ts'
import { portal } from '#lib/wiring/portal.ts'

const dayMs = 86_400_000

export default async function KeyPage({ params, searchParams }: KeyParams & { readonly searchParams: SearchParams }) {
  const { actor, item } = await openKey((await params).id)
  const period = periodOf(textParam((await searchParams).period))
  const context = portal()
  const nowMs = context.clock.nowMs()
  const [policy, callers, day, spend, refusals] = await Promise.all([
    readPolicy(actor, item.id),
    listCallers(context, actor, item.id, { hours: 24 }),
    readDay(actor, item.id, nowMs),
    readSpend(actor, item.id, period, nowMs),
    listCalls(
      context,
      actor,
      listCallsQuery.parse({
        limit: 5,
        from: new Date(nowMs - 30 * dayMs).toISOString(),
        filter: { key: [item.id], outcome: ['refused'] },
      }),
    ),
  ])
  const isUnused = item.lastUsedAt === null && day.calls === 0 && spend.length === 0
  return (
    <PageScroll label="Key">
      <KeyFigures
        budget={policy ? (policy.budgets.find(({ scope }) => scope.type === 'key') ?? null) : bookedBudget(item.budget)}
        spentThisMonthUsd={item.spentThisMonthUsd}
        day={day}
        nowMs={nowMs}
        isActive={item.status === 'active'}
      />
      <SplitColumns
        className="flex-1"
        rail={
          <>
            <Rotation item={item} callers={callers.data} nowMs={nowMs} />
            <RecentRefusals keyId={item.id} refusals={refusals.data} nowMs={nowMs} />
            <KeyFacts item={item} />
          </>
        }
      >
        <Section title="Policy in force" aside="The narrowest layer wins">
          {policy ? <PolicyInForce policy={policy} item={item} /> : <NoPolicy item={item} />}
        </Section>
        {isUnused ? (
          <NeverUsed item={item} />
        ) : (
          <>
            <SpendChart rows={spend} period={period} nowMs={nowMs} />
            <Section
              title="Callers, last 24 hours"
              end={
                callers.data.length > 5 ? (
                  <Link href={`/keys/${item.id}/secrets`}>All {callers.data.length}</Link>
                ) : null
              }
            >
              {callers.data.length === 0 ? (
                <p className="text-ink-2">Nobody called with this key in the last 24 hours.</p>
              ) : (
                <CallersTable callers={callers.data.slice(0, 5)} nowMs={nowMs} />
              )}
            </Section>
          </>
        )}
      </SplitColumns>
    </PageScroll>
  )
}

function PolicyInForce({ policy, item }: { readonly policy: EffectivePolicy; readonly item: KeyView }) {
  const rows = policyRows(policy)
  const columns = policyColumns(policy, rows, { team: item.team.name, project: item.project?.name ?? null })
  return <PolicyTable columns={columns} rows={rows} />
}

/** In place of charts without anything in them: how the first call is made. */
async function NeverUsed({ item }: { readonly item: KeyView }) {
  if (item.status !== 'active') {
    return (
      <Section title="No call yet">
        <p className="text-ink-2">Nobody has called with this key.</p>
      </Section>
    )
  }
  const context = portal()
  const model = cheapestChat(await readModelsOfKey(context, item.id))
  const baseUrl = `${context.config.publicUrl}/v1`
  return (
    <Section title="No call yet" aside="Charts and callers appear with the first one">
      <BaseUrls baseUrl={baseUrl} model={model} />
      {model ? <KeySnippets baseUrl={baseUrl} model={model} /> : null}
    </Section>
  )
}

function periodOf(text: string | null): SpendPeriod {
  return spendPeriods.find((period) => period === text) ?? 'month'
}

async function readSpend(actor: Actor, keyId: string, period: SpendPeriod, nowMs: number) {
  const { fromMs, toMs, granularity } = spendSpan(period, nowMs)
  const { data } = await readUsage(
    portal(),
    actor,
    usageQuery.parse({
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      group_by: 'model',
      granularity,
      filter: { key: [keyId] },
    }),
  )
  return data.map((row) => ({
    startMs: Date.parse(row.start ?? ''),
    name: row.model?.id ?? 'no model',
    costUsd: row.costUsd,
  }))
}

/** The last 24 hours beside those before; refusals by code, from the newest two hundred. */
async function readDay(actor: Actor, keyId: string, nowMs: number): Promise<DayOfCalls> {
  const context = portal()
  const since = (days: number) => new Date(nowMs - days * dayMs).toISOString()
  const sums = async (from: string, to: string) =>
    (await readUsage(context, actor, usageQuery.parse({ from, to, filter: { key: [keyId] } }))).totals
  const [today, before, refused] = await Promise.all([
    sums(since(1), since(0)),
    sums(since(2), since(1)),
    listCalls(
      context,
      actor,
      listCallsQuery.parse({ limit: 200, from: since(1), filter: { key: [keyId], outcome: ['refused'] } }),
    ),
  ])
  const codes = new Map<string, number>()
  for (const { errorCode } of refused.data)
    codes.set(errorCode ?? 'refused', (codes.get(errorCode ?? 'refused') ?? 0) + 1)
  return {
    calls: today.calls,
    refused: today.refused,
    before: before.calls,
    tokensIn: today.inputTokens,
    tokensOut: today.outputTokens,
    codes: [...codes].toSorted(([, a], [, b]) => b - a),
  }
}

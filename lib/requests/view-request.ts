/** From a row to what people and scripts see of a request. */
import { readAnyKey, type AnyKey } from '#lib/keys/open-key.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { effectiveKeyLimit } from '#lib/policy/rules/compile-grant.ts'
import { findLiveBudgets } from '#lib/limits/budget-store.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { findLimitsOfScope } from '#lib/limits/scope-store.ts'
import { wish as wishSchema, type RequestView, type ScopeRaise, type Wish } from '#lib/requests/contract.ts'
import { actionsOn } from '#lib/requests/rules/who-decides.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { findDeciders, type RequestRow } from '#lib/requests/store.ts'

/** Without what is in force now and who may decide: a list has no need of them. */
export function viewRow(row: RequestRow, actor: Actor): RequestView {
  const wish = wishSchema.parse(row.wish)
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: row.id,
    what: row.what,
    status: row.status,
    asker: { id: row.askerId, name: row.askerName },
    team: row.team,
    key: row.key && { id: row.key.id, name: row.key.name, status: row.key.status },
    summary: summaryOf(row.what, wish, row.key?.name ?? null),
    wish,
    now: {},
    reason: row.reason,
    wantedUntil: time(row.wantedUntil),
    approver: row.approver,
    deciders: [],
    granted: row.granted === null ? null : wishSchema.parse(row.granted),
    decidedBy: row.decidedByName,
    decidedAt: time(row.decidedAt),
    decisionReason: row.decisionReason,
    validUntil: time(row.validUntil),
    endedAt: time(row.endedAt),
    endedBy: row.endedByName,
    endReason: row.endReason,
    decisionId: row.decisionId,
    createdAt: row.createdAt.toISOString(),
    lapsesAt: row.lapsesAt.toISOString(),
    actions: actionsOn(actor, factsOf(row, wish)),
  }
}

/** With both. */
export async function viewRequest(db: Db | Tx, row: RequestRow, actor: Actor, nowMs: number): Promise<RequestView> {
  const view = viewRow(row, actor)
  const { askerId, beneficiaryId, teamId, approver } = factsOf(row, view.wish)
  const [key, scope, deciders] = await Promise.all([
    row.key ? readAnyKey(db, row.key.id, nowMs) : null,
    'scopeRaise' in view.wish ? scopeInForce(db, view.wish.scopeRaise) : {},
    row.status === 'open' ? findDeciders(db, { teamId, approver }, [askerId, beneficiaryId]) : [],
  ])
  return { ...view, deciders, now: key ? inForce(key) : scope }
}

export function factsOf(row: RequestRow, wish: Wish) {
  const place = 'loan' in wish ? wish.loan.to : 'scopeRaise' in wish ? wish.scopeRaise.scope : null
  const person = place?.type === 'user' ? place.id : null
  return {
    status: row.status,
    isForATime: row.validUntil !== null,
    askerId: row.askerId,
    teamId: row.team.id,
    approver: row.approver,
    beneficiaryId: row.key?.ownerUserId ?? person,
  }
}

async function scopeInForce(db: Db | Tx, { scope, budget }: ScopeRaise): Promise<Record<string, string | null>> {
  const [budgets, limits] = await Promise.all([
    findLiveBudgets(db, scope.type, scope.id),
    findLimitsOfScope(db, scope.type, scope.id),
  ])
  const row = budgets.find(({ period, perMember }) => period === budget?.period && !perMember)
  return { ...limitsInWords((kind) => limits[kind] ?? null), budget: row ? `$${usdOfNanos(row.amountNanos)}` : null }
}

function limitsInWords(limitOf: (kind: LimitKind) => number | null): Record<string, string | null> {
  const count = new Intl.NumberFormat('en-GB')
  return Object.fromEntries(
    limitKinds.map((kind) => {
      const limit = limitOf(kind)
      return [`limits.${kind}`, limit === null ? null : count.format(limit)] as const
    }),
  )
}

function inForce(key: AnyKey): Record<string, string | null> {
  const policy = profilePolicy.parse(key.profile.policy)
  return {
    ...limitsInWords((kind) => effectiveKeyLimit(kind, key.limits[kind], key.overrides, policy).limit),
    budget: key.budget && `$${usdOfNanos(BigInt(key.budget.amountNanos))}`,
    expiresAt: key.expiresAt?.toISOString().slice(0, 10) ?? null,
    providers: key.providers.length === 0 ? `every provider of ${key.profile.name}` : key.providers.join(', '),
    models: key.models.length === 0 ? `every model of ${key.profile.name}` : key.models.join(', '),
  }
}

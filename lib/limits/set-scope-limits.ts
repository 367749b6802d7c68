/** Rate limits of scopes above keys: all keys in the scope together. Read with what is used of each, and set. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { limitedScopeTypes, type LimitedScopeType, type ScopeLimitsView } from '#lib/limits/budget-contract.ts'
import { limitKinds, type LimitsInput, type ScopeLimitsInput } from '#lib/limits/contract.ts'
import {
  findOrganisationTimeZone,
  findScope,
  findScopeLimits,
  readScopeLimits,
  writeScopeLimits,
  type ScopeLimitRow,
} from '#lib/limits/scope-store.ts'
import { readUses } from '#lib/limits/read-uses.ts'
import { changeLimits } from '#lib/limits/rules/change-limits.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import { decodeCursor, knownValues, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { rulesOfScope } from '#lib/policy/rules/compile-grant.ts'

export const listScopeLimitsQuery = pageQueryOf({ sorts: ['scope'], filters: ['scopeType'] })

export async function listScopeLimits(
  context: Context,
  actor: Actor,
  query: z.infer<typeof listScopeLimitsQuery>,
): Promise<Page<ScopeLimitsView>> {
  const [type, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const rows = await findScopeLimits(context.db, actor, {
    scopeTypes: knownValues('scopeType', limitedScopeTypes, query.filter.scopeType),
    q: query.q,
    after: typeof type === 'string' && typeof id === 'string' ? [type, id] : null,
    limit: query.limit + 1,
  })
  const page = pageOf(rows, query, {
    itemOf: (row) => row,
    positionOf: ({ scopeType, scopeId }) => [scopeType, scopeId],
  })
  return { ...page, data: await viewScopeLimits(context, page.data) }
}

/** One scope's. Whoever may set them reads a scope without any too. */
export async function readLimitsOfScope(
  context: Context,
  actor: Actor,
  { scopeType, scopeId }: ScopePlace,
): Promise<ScopeLimitsView> {
  const question = { scopeTypes: [scopeType], scopeId, after: null, limit: 1 }
  const [found] = await findScopeLimits(context.db, actor, question)
  const row = found ?? (may(actor, 'scope_limit.write') ? await unlimited(context, scopeType, scopeId) : null)
  if (!row) throw notFound('scope')
  return (await viewScopeLimits(context, [row]))[0]!
}

async function unlimited({ db }: Context, scopeType: LimitedScopeType, scopeId: string): Promise<ScopeLimitRow | null> {
  const scope = await findScope(db, scopeType, scopeId)
  return scope?.id === scopeId ? { scopeType, scopeId, scopeName: scope.name, limits: {}, updatedAt: null } : null
}

export type ScopePlace = { readonly scopeType: LimitedScopeType; readonly scopeId: string }

/** Changes the limits that are named; `null` takes a limit away. */
export async function setScopeLimits(
  context: Context,
  actor: Actor,
  { scopeType, scopeId }: ScopePlace,
  given: ScopeLimitsInput,
): Promise<ScopeLimitsView> {
  if (!may(actor, 'scope_limit.write')) throw forbidden('Only administrators set limits.')
  const nowMs = context.clock.nowMs()
  const row = await changePolicy(context, actor, async (tx) => {
    const scope = await findScope(tx, scopeType, scopeId)
    if (!scope || scope.id !== scopeId) throw notFound('scope')
    const current = await readScopeLimits(tx, scopeType, scopeId)
    const next = changeLimits(current, given)
    const result = { scopeType, scopeId, scopeName: scope.name, limits: next, updatedAt: new Date(nowMs) }
    const { isEmpty, before, after } = changedFields(current, given)
    if (isEmpty) return { result, subjects: [], audit: null }
    await writeScopeLimits(tx, scopeType, scopeId, next, nowMs)
    return {
      result,
      subjects: [subjectOfScope(scopeType, scopeId)],
      audit: {
        action: 'scope_limit.update',
        targetType: scopeType,
        targetId: scopeId,
        targetName: scope.name,
        summary: `changed ${Object.keys(after).join(', ')} of ${scopeType.replace('_', ' ')} ${scope.name}`,
        before,
        after,
      },
    }
  })
  return (await viewScopeLimits(context, [row]))[0]!
}

async function viewScopeLimits(context: Context, rows: readonly ScopeLimitRow[]): Promise<ScopeLimitsView[]> {
  const rules = rows.map(({ scopeType, scopeId, scopeName, limits }) =>
    rulesOfScope({ type: scopeType, id: scopeId, name: scopeName }, limits),
  )
  const uses = await readUses(context, rules.flat(), await findOrganisationTimeZone(context.db))
  return rows.map(({ scopeType, scopeId, scopeName, limits, updatedAt }, i) => ({
    scope: { type: scopeType, id: scopeId, name: scopeName },
    limits: shown(limits),
    models: Object.fromEntries(Object.entries(limits.models ?? {}).map(([pattern, own]) => [pattern, shown(own)])),
    inUse:
      uses &&
      rules[i]!.map((rule) => {
        const { kind, models, limit } = rule
        const { used, resetsAtMs } = uses.get(rule)!
        const resetsAt = resetsAtMs === null ? null : new Date(resetsAtMs).toISOString()
        return { kind, ...(models === undefined ? {} : { models }), limit, used, resetsAt }
      }),
    updatedAt: updatedAt?.toISOString() ?? null,
  }))
}

function shown(limits: LimitsInput): ScopeLimitsView['limits'] {
  return Object.fromEntries(limitKinds.flatMap((kind) => (limits[kind] == null ? [] : [[kind, limits[kind]]])))
}

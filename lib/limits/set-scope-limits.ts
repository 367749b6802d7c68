/** Rate limits of scopes above keys: all keys in the scope together. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { LimitedScopeType, ScopeLimitsView } from '#lib/limits/budget-contract.ts'
import { limitKinds, type LimitsInput, type ScopeLimitsInput } from '#lib/limits/contract.ts'
import {
  findScope,
  findScopeLimits,
  readScopeLimits,
  writeScopeLimits,
  type ScopeLimitRow,
} from '#lib/limits/scope-store.ts'
import { changeLimits } from '#lib/limits/rules/change-limits.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listScopeLimitsQuery = pageQueryOf({ sorts: ['scope'], filters: ['scopeType'] })

export async function listScopeLimits(
  { db }: Context,
  actor: Actor,
  query: z.infer<typeof listScopeLimitsQuery>,
): Promise<Page<ScopeLimitsView>> {
  const [type, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const rows = await findScopeLimits(db, actor, {
    scopeTypes: query.filter.scopeType,
    after: typeof type === 'string' && typeof id === 'string' ? [type, id] : null,
    limit: query.limit + 1,
  })
  return pageOf(rows, query, { itemOf: viewScopeLimits, positionOf: ({ scopeType, scopeId }) => [scopeType, scopeId] })
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
  return changePolicy(context, actor, async (tx) => {
    const scope = await findScope(tx, scopeType, scopeId)
    if (!scope || scope.id !== scopeId) throw notFound('scope')
    const current = await readScopeLimits(tx, scopeType, scopeId)
    const next = changeLimits(current, given)
    const result = viewScopeLimits({
      scopeType,
      scopeId,
      scopeName: scope.name,
      limits: next,
      updatedAt: new Date(nowMs),
    })
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
}

function viewScopeLimits({ scopeType, scopeId, scopeName, limits, updatedAt }: ScopeLimitRow): ScopeLimitsView {
  return {
    scope: { type: scopeType, id: scopeId, name: scopeName },
    limits: shown(limits),
    models: Object.fromEntries(Object.entries(limits.models ?? {}).map(([pattern, own]) => [pattern, shown(own)])),
    updatedAt: updatedAt.toISOString(),
  }
}

function shown(limits: LimitsInput): ScopeLimitsView['limits'] {
  return Object.fromEntries(limitKinds.flatMap((kind) => (limits[kind] == null ? [] : [[kind, limits[kind]]])))
}

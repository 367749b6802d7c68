/** What the organisation, teams and projects narrow for every key in them. Keys obey a change on their next call. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import {
  scopePolicy,
  type NarrowingScope,
  type PatchScopePolicyInput,
  type ScopePolicy,
  type ScopePolicyView,
} from '#lib/policy/contract.ts'
import {
  findScopePolicies,
  findScopePolicy,
  lockScopePolicy,
  writeScopePolicy,
  type ScopePolicyRow,
} from '#lib/policy/layer-store.ts'

export const listScopePoliciesQuery = pageQueryOf({ sorts: ['scope'], filters: [] })

export async function listScopePolicies(
  { db }: Context,
  actor: Actor,
  query: z.infer<typeof listScopePoliciesQuery>,
): Promise<Page<ScopePolicyView>> {
  if (!may(actor, 'scope_policy.read')) return { data: [], nextCursor: null }
  const [type, name, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 3)
  const after =
    typeof type === 'string' && typeof name === 'string' && typeof id === 'string' ? ([type, name, id] as const) : null
  const rows = await findScopePolicies(db, after, query.limit + 1)
  return pageOf(rows, query, {
    itemOf: viewScopePolicy,
    positionOf: ({ scopeType, scopeName, scopeId }) => [scopeType, scopeName, scopeId],
  })
}

export type NarrowingPlace = { readonly scopeType: NarrowingScope; readonly scopeId: string }

export async function readScopePolicy(
  { db }: Context,
  actor: Actor,
  { scopeType, scopeId }: NarrowingPlace,
): Promise<ScopePolicyView> {
  const row = may(actor, 'scope_policy.read') ? await findScopePolicy(db, scopeType, scopeId) : null
  if (!row) throw notFound('scope')
  return viewScopePolicy(row)
}

export async function patchScopePolicy(
  context: Context,
  actor: Actor,
  { scopeType, scopeId }: NarrowingPlace,
  patch: PatchScopePolicyInput,
): Promise<ScopePolicyView> {
  if (!may(actor, 'scope_policy.write')) throw forbidden('Only administrators change what a scope narrows.')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await lockScopePolicy(tx, scopeType, scopeId)
    const row = await findScopePolicy(tx, scopeType, scopeId)
    if (!row) throw notFound('scope')
    if (row.version !== patch.version) {
      throw new AppError(
        'conflict',
        `Somebody changed this meanwhile: version ${row.version} is in force. Look at it and apply your change to that.`,
      )
    }
    const current = policyOf(row)
    const { isEmpty, before, after } = changedFields(current, newParts(current, patch.policy))
    if (isEmpty) return { result: viewScopePolicy(row), subjects: [], audit: null }
    const policy = scopePolicy.parse({ ...current, ...after })
    const version = row.version + 1
    await writeScopePolicy(tx, scopeType, scopeId, { version, policy, nowMs })
    const result = viewScopePolicy({ ...row, version, policy, updatedAt: new Date(nowMs) })
    return {
      result,
      subjects: [scopeType === 'organisation' ? 'organisation' : `${scopeType}:${scopeId}`],
      audit: {
        action: 'scope_policy.update',
        targetType: scopeType,
        targetId: scopeId,
        targetName: row.scopeName,
        summary: `changed ${Object.keys(after).join(', ')} that ${scopeType} ${row.scopeName} allows, now version ${version}`,
        before: { version: row.version, ...before },
        after: { version, ...after },
      },
    }
  })
}

function newParts(current: ScopePolicy, given: Partial<ScopePolicy>): Partial<ScopePolicy> {
  const isNew = (part: keyof ScopePolicy) => JSON.stringify(given[part]) !== JSON.stringify(current[part])
  return Object.fromEntries(Object.entries(given).filter(([part]) => isNew(part as keyof ScopePolicy)))
}

const nothing: ScopePolicy = { models: null, providers: null, regions: null, endpoints: null, cidr: null }

function policyOf({ policy }: ScopePolicyRow): ScopePolicy {
  return policy === null ? nothing : scopePolicy.parse(policy)
}

function viewScopePolicy(row: ScopePolicyRow): ScopePolicyView {
  const { scopeType, scopeId, scopeName, version, keys, updatedAt } = row
  return {
    scope: { type: scopeType, id: scopeId, name: scopeName },
    version,
    policy: policyOf(row),
    keys,
    updatedAt: updatedAt?.toISOString() ?? null,
  }
}

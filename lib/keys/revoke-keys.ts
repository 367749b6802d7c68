/** Revokes every key that matches a filter and that the actor may revoke, as one action with one audit entry. */
import type { Actor } from '#lib/identity/contract.ts'
import { lockKeys, writeStatus, type LockedKey } from '#lib/keys/change-store.ts'
import type { KeyFilter, RevokedKeys } from '#lib/keys/contract.ts'
import { matching, visibleTo } from '#lib/keys/store.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import type { Subject } from '#lib/policy/versions.ts'

export type RevokeKeysInput = {
  readonly filter: KeyFilter
  readonly reason?: string | undefined
  readonly dryRun: boolean
}

/** More than this is an emergency for a whole team or organisation, not for a list. */
const mostKeys = 10_000
/** From here on the versions of their teams rise instead of theirs: one write for many keys. */
const manyKeys = 200
const shown = 200
const shownOwners = 50

export async function revokeKeys(
  context: Context,
  actor: Actor,
  { filter, reason, dryRun }: RevokeKeysInput,
): Promise<RevokedKeys> {
  const nowMs = context.clock.nowMs()
  const where = Prisma.sql`k.status <> 'revoked' AND ${visibleTo(actor, 'key.revoke')} AND ${matching(filter, nowMs)}`
  return changePolicy(context, actor, async (tx) => {
    const keys = await lockKeys(tx, where, mostKeys + 1)
    if (keys.length > mostKeys)
      throw new AppError('validation_failed', `The filter matches more than ${mostKeys} keys. Narrow it.`)
    const result = { dryRun, count: keys.length, ...previewOf(keys) }
    if (dryRun || keys.length === 0) return { result, subjects: [], audit: null }

    const ids = keys.map(({ id }) => id)
    await writeStatus(tx, ids, 'revoked', reason ?? null, nowMs)
    return {
      result,
      subjects:
        keys.length > manyKeys
          ? keys.map(({ teamId }): Subject => `team:${teamId}`)
          : ids.map((id): Subject => `key:${id}`),
      audit: {
        action: 'key.revoke_many',
        targetType: 'key',
        targetId: ids.length === 1 ? (ids[0] ?? '') : 'many',
        targetName: `${ids.length} keys`,
        summary: `revoked ${ids.length} keys by filter${reason ? `: ${reason}` : ''}`,
        before: { filter },
        after: { status: 'revoked', reason: reason ?? null, ids },
      },
    }
  })
}

/** Whose they are and when they were last used: what a person checks before it cannot be undone. */
function previewOf(keys: readonly LockedKey[]): Pick<RevokedKeys, 'keys' | 'owners' | 'lastUsedAt'> {
  const byUse = keys.toSorted((a, b) => (b.lastUsedAt?.getTime() ?? 0) - (a.lastUsedAt?.getTime() ?? 0))
  const owners = new Map<string, RevokedKeys['owners'][number]>()
  for (const { owner } of keys) {
    const id = owner?.id ?? ''
    owners.set(id, { owner, keys: (owners.get(id)?.keys ?? 0) + 1 })
  }
  return {
    keys: byUse.slice(0, shown).map(({ id, name, owner, lastUsedAt }) => ({
      id,
      name,
      owner,
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    })),
    owners: [...owners.values()].toSorted((a, b) => b.keys - a.keys).slice(0, shownOwners),
    lastUsedAt: byUse[0]?.lastUsedAt?.toISOString() ?? null,
  }
}

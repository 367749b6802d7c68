/** From a row to what people and scripts see of a key. */
import type { Actor } from '#lib/identity/contract.ts'
import { may, type Action, type Target } from '#lib/identity/rules/permissions.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import { isAlive, judgeStep, statusNow, type KeyStep } from '#lib/keys/rules/key-status.ts'
import { displayOf } from '#lib/keys/rules/key-text.ts'
import type { KeyRow } from '#lib/keys/store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { effectiveLimits } from '#lib/policy/rules/compile-grant.ts'

export function viewKey(row: KeyRow, actor: Actor, nowMs: number): KeyView {
  const policy = profilePolicy.parse(row.profile.policy)
  const last4 = row.secrets[0]?.last4 ?? ''
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    status: statusNow(row.status, row.expiresAt?.getTime() ?? null, nowMs),
    statusReason: row.statusReason,
    statusAt: row.statusAt?.toISOString() ?? null,
    display: displayOf(last4),
    last4,
    owner: row.owner,
    team: row.team,
    project: row.project,
    workload: row.workload,
    profile: row.profile,
    costCentre: row.costCentre,
    environment: row.environment,
    models: row.models,
    providers: row.providers,
    regions: row.regions,
    tools: row.tools,
    limits: effectiveLimits(row.limits, row.overrides, policy),
    budget: budgetOf(row, nowMs),
    spentThisMonthUsd: usdOfNanos(row.spentThisMonthNanos),
    purpose: row.purpose,
    dataClass: row.dataClass,
    tags: row.tags,
    overrides: row.overrides,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    endsByProfile: row.endsByProfile,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    secrets: row.secrets.map(({ id, last4: four, createdAtMs, notAfterMs, lastUsedAtMs }) => ({
      id,
      last4: four,
      createdAt: new Date(createdAtMs).toISOString(),
      notAfter: notAfterMs === null ? null : new Date(notAfterMs).toISOString(),
      lastUsedAt: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
    })),
    actions: actionsOn(row, actor, nowMs),
  }
}

/**
 * What permission on a key depends on. Reading: the person who owns it, or nobody, so that a team sees the keys of its
 * workloads. Acting: also the person who answers for its workload.
 */
export function readTarget(row: KeyRow): Target {
  return { teamId: row.team.id, ownerUserId: row.owner?.id ?? null }
}
export function actTarget(row: KeyRow): Target {
  return { teamId: row.team.id, ownerUserId: row.owner?.id ?? row.workload?.ownerUserId ?? null }
}

export function mayRead(row: KeyRow, actor: Actor): boolean {
  return may(actor, 'key.read', readTarget(row)) || may(actor, 'key.read', actTarget(row))
}

type KeyAction = KeyView['actions'][number]

const permissionFor: Readonly<Record<KeyAction, Action>> = {
  update: 'key.update',
  rotate: 'key.rotate',
  suspend: 'key.suspend',
  resume: 'key.resume',
  revoke: 'key.revoke',
  quarantine: 'key.quarantine',
  release: 'key.release',
}

function actionsOn(row: KeyRow, actor: Actor, nowMs: number): KeyAction[] {
  const status = statusNow(row.status, row.expiresAt?.getTime() ?? null, nowMs)
  const possible = (action: KeyAction): boolean => {
    if (action === 'update') return isAlive(status) || status === 'expired'
    if (action === 'rotate') return isAlive(status)
    return judgeStep(action satisfies KeyStep, status).kind === 'changes'
  }
  return (Object.keys(permissionFor) as KeyAction[]).filter(
    (action) => possible(action) && may(actor, permissionFor[action], actTarget(row)),
  )
}

function budgetOf({ budget }: KeyRow, nowMs: number): KeyView['budget'] {
  if (!budget) return null
  const { endMs } = budgetWindow(budget.period, budget.timeZone, nowMs)
  return {
    id: budget.id,
    amountUsd: usdOfNanos(BigInt(budget.amountNanos)),
    period: budget.period,
    posture: budget.posture,
    spentUsd: usdOfNanos(BigInt(budget.spentNanos)),
    resetsAt: endMs === 0 ? null : new Date(endMs).toISOString(),
  }
}

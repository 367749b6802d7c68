/**
 * One action that stops everything somebody or something does: the status of the person, team or workload is part of
 * every grant below it, so each of their keys is refused on its next call. A person's sessions end too.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { QuarantineEffect } from '#lib/identity/people/contract.ts'
import {
  countWorkingKeys,
  findPrincipal,
  otherActiveAdmins,
  setPrincipalStatus,
  type Principal,
  type QuarantineKind,
} from '#lib/identity/people/store.ts'
import { mustLeaveAnAdmin } from '#lib/identity/people/users.ts'
import { may, type Action } from '#lib/identity/rules/permissions.ts'
import { endSessionsOfUser, findRolesOf } from '#lib/identity/sign-in-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export type QuarantineInput = {
  readonly kind: QuarantineKind
  readonly id: string
  readonly reason?: string | undefined
  readonly dryRun: boolean
}

const words = { user: 'person', team: 'team', workload: 'workload' } as const

export async function quarantine(context: Context, actor: Actor, input: QuarantineInput): Promise<QuarantineEffect> {
  const { kind, id } = input
  return changePolicy(context, actor, async (tx) => {
    const before = await reachable(tx, actor, input, `${kind}.quarantine`)
    // What is off already stays off: releasing it later must not switch it on.
    if (before.status !== 'active' && before.status !== 'quarantined') {
      throw new AppError('conflict', `This ${words[kind]} is ${before.status} already.`)
    }
    if (kind === 'user' && id === actor.id) throw new AppError('conflict', 'You cannot quarantine yourself.')
    if (kind === 'user')
      await mustLeaveAnAdmin({ status: before.status, roles: await findRolesOf(tx, id) }, () =>
        otherActiveAdmins(tx, id),
      )
    return change(tx, context, { input, before, status: 'quarantined', verb: 'quarantine' })
  })
}

/** Only what is quarantined can be released: a disabled account stays disabled. */
export async function release(context: Context, actor: Actor, input: QuarantineInput): Promise<QuarantineEffect> {
  const { kind } = input
  return changePolicy(context, actor, async (tx) => {
    const before = await reachable(tx, actor, input, kind === 'workload' ? 'workload.release' : `${kind}.quarantine`)
    if (before.status !== 'quarantined' && before.status !== 'active') {
      throw new AppError('conflict', `This ${words[kind]} is ${before.status}, not quarantined.`)
    }
    return change(tx, context, { input, before, status: 'active', verb: 'release' })
  })
}

type Change = {
  readonly input: QuarantineInput
  readonly before: Principal
  readonly status: 'quarantined' | 'active'
  readonly verb: 'quarantine' | 'release'
}

async function change(tx: Tx, context: Context, { input, before, status, verb }: Change) {
  const { kind, id, reason, dryRun } = input
  const keys = await countWorkingKeys(tx, kind, id)
  const effect: QuarantineEffect = { id, status: dryRun ? before.status : status, dryRun, keys }
  if (dryRun || before.status === status) return { result: effect, subjects: [], audit: null }
  await setPrincipalStatus(tx, kind, id, status)
  if (kind === 'user' && status === 'quarantined') await endSessionsOfUser(tx, id, new Date(context.clock.nowMs()))
  const audit = {
    action: `${kind}.${verb}`,
    targetType: kind,
    targetId: id,
    targetName: before.name,
    summary: `${verb}d ${words[kind]} ${before.name}, which concerns ${keys} ${keys === 1 ? 'key' : 'keys'}`,
    before: { status: before.status },
    after: { status, ...(reason ? { reason } : {}) },
  }
  return { result: effect, subjects: [`${kind}:${id}` as const], audit }
}

/** To be seen by this actor, and theirs to stop. */
async function reachable(tx: Tx, actor: Actor, { kind, id }: QuarantineInput, action: Action): Promise<Principal> {
  const principal = await findPrincipal(tx, kind, id)
  const targets = (principal?.teamIds.length ? principal.teamIds : [null]).map((teamId) => ({
    teamId,
    ownerUserId: principal?.ownerUserId ?? null,
  }))
  if (!principal || !targets.some((target) => may(actor, `${kind}.read`, target))) throw notFound(words[kind])
  if (!targets.some((target) => may(actor, action, target)))
    throw forbidden(`Your roles do not let you do this to a ${words[kind]}.`)
  return principal
}

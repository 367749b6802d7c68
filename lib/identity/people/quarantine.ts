/**
 * One action that stops everything somebody or something does: the status of the person, team or workload is part of
 * every grant below it, so each of their keys is refused on its next call. A person's sessions end too.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { QuarantineEffect } from '#lib/identity/people/contract.ts'
import {
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
import { countRunningOf, countStopped } from '#lib/quarantine/count-stops.ts'
import type { Stops } from '#lib/quarantine/contract.ts'
import { closeQuarantine, findOpenQuarantine, openQuarantine } from '#lib/quarantine/records-store.ts'
import { untilOf } from '#lib/quarantine/rules/until.ts'

type ReleaseInput = {
  readonly kind: QuarantineKind
  readonly id: string
  readonly reason?: string | undefined
  readonly dryRun: boolean
}
type StopInput = ReleaseInput & { readonly until?: string | null | undefined }

const words = { user: 'person', team: 'team', workload: 'workload' } as const

/** A second time changes the reason and the end. */
export async function quarantine(context: Context, actor: Actor, input: StopInput): Promise<QuarantineEffect> {
  const { kind, id } = input
  const untilMs = untilOf(input.until, context.clock.nowMs())
  const done = await changePolicy(context, actor, async (tx) => {
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
    return change(tx, context, { actor, input, before, status: 'quarantined', verb: 'quarantine', untilMs })
  })
  return withRunning(context, kind, done)
}

/** Only what is quarantined can be released: a disabled account stays disabled. */
export async function release(context: Context, actor: Actor, input: ReleaseInput): Promise<QuarantineEffect> {
  const { kind } = input
  const done = await changePolicy(context, actor, async (tx) => {
    const before = await reachable(tx, actor, input, kind === 'workload' ? 'workload.release' : `${kind}.quarantine`)
    if (before.status !== 'quarantined' && before.status !== 'active') {
      throw new AppError('conflict', `This ${words[kind]} is ${before.status}, not quarantined.`)
    }
    return change(tx, context, { actor, input, before, status: 'active', verb: 'release', untilMs: null })
  })
  return withRunning(context, kind, done)
}

type Change = {
  readonly actor: Actor
  readonly input: StopInput
  readonly before: Principal
  readonly status: 'quarantined' | 'active'
  readonly verb: 'quarantine' | 'release'
  readonly untilMs: number | null
}

async function change(tx: Tx, context: Context, { actor, input, before, status, verb, untilMs }: Change) {
  const { kind, id, reason, dryRun } = input
  const nowMs = context.clock.nowMs()
  const subject = { type: kind, id, name: before.name } as const
  const stopped = await countStopped(tx, subject, nowMs)
  const open = await findOpenQuarantine(tx, subject)
  const openUntilMs = open?.until?.getTime() ?? null
  const done = (at: string, endMs: number | null) => ({ id, name: before.name, status: at, dryRun, stopped, endMs })
  const isSame = before.status === status && (verb === 'release' || (reason === undefined && input.until === undefined))
  if (dryRun || isSame) return { result: done(dryRun ? before.status : status, openUntilMs), subjects: [], audit: null }

  const endMs = verb === 'release' ? null : input.until === undefined ? openUntilMs : untilMs
  const keptReason = reason ?? open?.reason ?? null
  if (verb === 'release') await closeQuarantine(tx, subject, nowMs)
  else {
    await openQuarantine(tx, { subject, statusBefore: 'active', reason: keptReason, by: actor, nowMs, untilMs: endMs })
  }
  await setPrincipalStatus(tx, kind, id, status)
  if (kind === 'user' && status === 'quarantined') await endSessionsOfUser(tx, id, new Date(nowMs))
  const audit = {
    action: `${kind}.${verb}`,
    targetType: kind,
    targetId: id,
    targetName: before.name,
    summary: `${verb}d ${words[kind]} ${before.name}, which concerns ${stopped.keys} ${stopped.keys === 1 ? 'key' : 'keys'}`,
    before: { status: before.status },
    after: {
      status,
      ...(reason ? { reason } : {}),
      ...(endMs === null ? {} : { until: new Date(endMs).toISOString() }),
    },
  }
  return { result: done(status, endMs), subjects: [`${kind}:${id}` as const], audit }
}

type Done = {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly dryRun: boolean
  readonly stopped: Omit<Stops, 'runningCalls'>
  readonly endMs: number | null
}

async function withRunning(context: Context, type: QuarantineKind, done: Done): Promise<QuarantineEffect> {
  const { id, name, status, dryRun, stopped, endMs } = done
  const runningCalls = await countRunningOf(context, { type, id, name })
  const until = endMs === null ? null : new Date(endMs).toISOString()
  return { id, status, dryRun, keys: stopped.keys, until, stops: { ...stopped, runningCalls } }
}

/** To be seen by this actor, and theirs to stop. */
async function reachable(tx: Tx, actor: Actor, { kind, id }: ReleaseInput, action: Action): Promise<Principal> {
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

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
import { answerOf, subjectWords, takeStep, type Step, type Taken } from '#lib/quarantine/take-step.ts'

type ReleaseInput = {
  readonly kind: QuarantineKind
  readonly id: string
  readonly reason?: string | undefined
  readonly dryRun: boolean
}
type StopInput = ReleaseInput & { readonly until?: string | null | undefined }

/** A second time changes the reason and the end. */
export async function quarantine(context: Context, actor: Actor, input: StopInput): Promise<QuarantineEffect> {
  const { kind, id } = input
  const done = await changePolicy(context, actor, async (tx) => {
    const before = await reachable(tx, actor, input, `${kind}.quarantine`)
    // What is off already stays off: releasing it later must not switch it on.
    if (before.status !== 'active' && before.status !== 'quarantined') {
      throw new AppError('conflict', `This ${subjectWords[kind]} is ${before.status} already.`)
    }
    if (kind === 'user' && id === actor.id) throw new AppError('conflict', 'You cannot quarantine yourself.')
    if (kind === 'user')
      await mustLeaveAnAdmin({ status: before.status, roles: await findRolesOf(tx, id) }, () =>
        otherActiveAdmins(tx, id),
      )
    return change(tx, context, { actor, input, before, verb: 'quarantine' })
  })
  return answer(context, done)
}

/** Only what is quarantined can be released: a disabled account stays disabled. */
export async function release(context: Context, actor: Actor, input: ReleaseInput): Promise<QuarantineEffect> {
  const { kind } = input
  const done = await changePolicy(context, actor, async (tx) => {
    const before = await reachable(tx, actor, input, kind === 'workload' ? 'workload.release' : `${kind}.quarantine`)
    if (before.status !== 'quarantined' && before.status !== 'active') {
      throw new AppError('conflict', `This ${subjectWords[kind]} is ${before.status}, not quarantined.`)
    }
    return change(tx, context, { actor, input, before, verb: 'release' })
  })
  return answer(context, done)
}

type Change = {
  readonly actor: Actor
  readonly input: StopInput
  readonly before: Principal
  readonly verb: Step['verb']
}

async function change(tx: Tx, context: Context, { actor, input, before, verb }: Change) {
  const { kind, id, reason, until, dryRun } = input
  const nowMs = context.clock.nowMs()
  const subject = { type: kind, id, name: before.name }
  const { change: made, ...taken } = await takeStep(tx, {
    subject,
    verb,
    status: before.status,
    reason,
    until,
    dryRun,
    by: actor,
    nowMs,
  })
  const result = { subject, status: made?.status ?? before.status, dryRun, taken }
  if (!made) return { result, subjects: [], audit: null }
  await setPrincipalStatus(tx, kind, id, made.status)
  if (kind === 'user' && verb === 'quarantine') await endSessionsOfUser(tx, id, new Date(nowMs))
  return { result, subjects: [`${kind}:${id}` as const], audit: made.audit }
}

type Done = {
  readonly subject: { readonly type: QuarantineKind; readonly id: string; readonly name: string }
  readonly status: string
  readonly dryRun: boolean
  readonly taken: Omit<Taken, 'change'>
}

async function answer(context: Context, { subject, status, dryRun, taken }: Done): Promise<QuarantineEffect> {
  const { until, stops } = await answerOf(context, subject, taken)
  return { id: subject.id, status, dryRun, keys: stops.keys, until, stops }
}

/** To be seen by this actor, and theirs to stop. */
async function reachable(tx: Tx, actor: Actor, { kind, id }: ReleaseInput, action: Action): Promise<Principal> {
  const principal = await findPrincipal(tx, kind, id)
  const targets = (principal?.teamIds.length ? principal.teamIds : [null]).map((teamId) => ({
    teamId,
    ownerUserId: principal?.ownerUserId ?? null,
  }))
  if (!principal || !targets.some((target) => may(actor, `${kind}.read`, target))) throw notFound(subjectWords[kind])
  if (!targets.some((target) => may(actor, action, target)))
    throw forbidden(`Your roles do not let you do this to a ${subjectWords[kind]}.`)
  return principal
}

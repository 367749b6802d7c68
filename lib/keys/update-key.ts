/** Changes a key's settings within its profile. What is left out stays, and is not judged again. */
import { closeAlertsOfKeys } from '#lib/alerts/key-alerts-store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { findTimeZone, updateKey as writeKey } from '#lib/keys/change-store.ts'
import type { KeyView, PatchKeyInput } from '#lib/keys/contract.ts'
import { beyondGuardrails, expiryOf } from '#lib/keys/mint-key.ts'
import { openKey } from '#lib/keys/open-key.ts'
import { isAlive } from '#lib/keys/rules/key-status.ts'
import { findKey, type KeyRow } from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import { replaceKeyBudget, termsOf } from '#lib/limits/budget-store.ts'
import { limitKinds, type ScopeLimits } from '#lib/limits/contract.ts'
import { changeModels } from '#lib/limits/rules/change-limits.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound, type FieldError } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { applyGuardrails, overridesOf } from '#lib/policy/rules/apply-guardrails.ts'
import { fieldOfLimit } from '#lib/policy/rules/compile-grant.ts'

export async function updateKey(context: Context, actor: Actor, id: string, patch: PatchKeyInput): Promise<KeyView> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row, status } = await openKey(tx, actor, id, 'key.update', nowMs)
    if (!isAlive(status) && status !== 'expired')
      throw new AppError('conflict', `A key that is ${status} cannot be changed.`)

    const expiresAtMs = expiryOf(patch.expiresAt, nowMs)
    const { terms, beyond } = applyGuardrails(
      profilePolicy.parse(row.profile.policy),
      { ...patch, expiresAtMs },
      nowMs,
      row.createdAt.getTime(),
    )
    if (beyond.length > 0 && !may(actor, 'key.override')) throw beyondGuardrails(row.profile.name, beyond)
    const overrides = overridesAfter(row, patch, beyond)

    const { models: _, ...others } = row.limits
    const limits: ScopeLimits = { ...others, ...changeModels(row.limits, patch.limits ?? {}) }
    for (const kind of limitKinds) {
      const given = patch.limits?.[kind]
      if (given !== undefined) limits[kind] = given
    }
    const { name, environment, models, providers, regions, tools, purpose, dataClass, tags } = patch
    const next = {
      name,
      environment,
      models,
      providers,
      regions,
      tools,
      purpose,
      dataClass,
      tags,
      ...(patch.limits ? { limits } : {}),
      ...(expiresAtMs === undefined
        ? {}
        : {
            expiresAt: terms.expiresAtMs === null ? null : new Date(terms.expiresAtMs),
            endsByProfile: false,
            ownExpiresAt: null,
          }),
      // A key that ran out lives again when its end is moved on.
      ...(expiresAtMs !== undefined && row.status === 'expired'
        ? { status: 'active', statusReason: null, statusAt: new Date(nowMs) }
        : {}),
      overrides,
    }
    await writeKey(tx, id, definedOnly(next))
    // What was told of its end is no longer true.
    if (expiresAtMs !== undefined) await closeAlertsOfKeys(tx, [id], ['key_ending', 'key_idle'], new Date(nowMs))
    if (patch.budget !== undefined) {
      const budget = patch.budget && termsOf(patch.budget, row.budget?.timeZone ?? (await findTimeZone(tx)))
      await replaceKeyBudget(tx, id, budget, nowMs)
    }

    const changed = await findKey(tx, id, nowMs)
    if (!changed) throw notFound('key')
    const { before, after } = differenceBetween(settingsOf(row), settingsOf(changed))
    const beyondText =
      beyond.length > 0 ? `, beyond the profile ${row.profile.name} in ${overridesOf(beyond).join(', ')}` : ''
    const nothing = Object.keys(after).length === 0
    return {
      result: viewKey(changed, actor, nowMs),
      subjects: nothing ? [] : [`key:${id}`],
      audit: nothing
        ? null
        : {
            action: 'key.update',
            targetType: 'key',
            targetId: id,
            targetName: changed.name,
            summary: `changed ${Object.keys(after).join(', ')} of key ${changed.name}${beyondText}`,
            before,
            after,
          },
    }
  })
}

/** Fields that are set anew lose their old override; those that go beyond gain one. */
function overridesAfter(row: KeyRow, patch: PatchKeyInput, beyond: readonly FieldError[]): string[] {
  const setAnew = new Set<string>([
    ...(['models', 'providers', 'regions', 'environment', 'budget', 'expiresAt'] as const).filter(
      (field) => patch[field] !== undefined,
    ),
    ...limitKinds.filter((kind) => patch.limits?.[kind] !== undefined).map((kind) => fieldOfLimit(kind)),
    ...Object.entries(patch.limits?.models ?? {}).flatMap(([pattern, given]) =>
      limitKinds
        .filter((kind) => given === null || given[kind] !== undefined)
        .map((kind) => fieldOfLimit(kind, pattern)),
    ),
  ])
  return [...new Set([...row.overrides.filter((field) => !setAnew.has(field)), ...overridesOf(beyond)])]
}

type Settings = Readonly<Record<string, unknown>>

function settingsOf(row: KeyRow): Settings {
  const {
    name,
    status,
    environment,
    models,
    providers,
    regions,
    tools,
    limits,
    purpose,
    dataClass,
    tags,
    overrides,
    expiresAt,
    budget,
  } = row
  return {
    name,
    status,
    environment,
    models,
    providers,
    regions,
    tools,
    limits,
    purpose,
    dataClass,
    tags,
    overrides,
    expiresAt: expiresAt?.toISOString() ?? null,
    budget: budget && {
      amountUsd: usdOfNanos(BigInt(budget.amountNanos)),
      period: budget.period,
      posture: budget.posture,
    },
  }
}

/** The settings that differ, as they were and as they are. */
function differenceBetween(before: Settings, after: Settings): { before: Settings; after: Settings } {
  const fields = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  const pick = (settings: Settings) => Object.fromEntries(fields.map((field) => [field, settings[field]]))
  return { before: pick(before), after: pick(after) }
}

function definedOnly<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>
  }
}

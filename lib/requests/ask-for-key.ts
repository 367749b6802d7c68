/**
 * Creates a key, and asks for what it may not have without a yes. Within the profile it is an ordinary key; beyond it, it
 * waits (`pending`) or starts within its limits, with a request beside it.
 */
import { readAnyKey } from '#lib/keys/open-key.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { CreateKeyInput, MintedKey } from '#lib/keys/contract.ts'
import { beyondGuardrails, draftKey, kindNotAllowed, writeDraft, type KeyDraft } from '#lib/keys/mint-key.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { overridesOf } from '#lib/policy/rules/apply-guardrails.ts'
import { applyRaise } from '#lib/requests/apply-raise.ts'
import type { CreatedKey } from '#lib/requests/contract.ts'
import { fileRequest } from '#lib/requests/file-request.ts'
import { raiseFor, termsWithin } from '#lib/requests/rules/ask-for-key.ts'
import { judgeRaise } from '#lib/requests/rules/judge-raise.ts'
import { findUnknownNames } from '#lib/requests/store.ts'

/** POST /keys. */
export function createKey(context: Context, actor: Actor, input: CreateKeyInput): Promise<CreatedKey> {
  return changePolicy(context, actor, async (tx) => {
    const draft = await draftKey(tx, context, actor, input)
    const { place, terms, beyond, isKindAllowed } = draft
    const override = may(actor, 'key.override')
    if (!isKindAllowed && !override) throw kindNotAllowed(input, place)
    if (beyond.length === 0 || override) {
      const overrides = [...overridesOf(beyond), ...(isKindAllowed ? [] : ['kind'])]
      return writeDraft(tx, context, actor, input, { place, terms, overrides, status: 'active' })
    }
    // A key too many is asked for on purpose, with POST /key-requests: a loop that makes keys leaves no heap of requests.
    if (beyond.some(({ field }) => field === 'keysPerPerson')) throw beyondGuardrails(place.profile.name, beyond)
    const wish = { what: 'new_key', key: input, reason: input.purpose ?? '', untilMs: null } as const
    return askForDraft(tx, context, actor, wish, draft)
  })
}

export type KeyWish = {
  readonly what: 'new_key' | 'kind'
  readonly key: CreateKeyInput
  readonly reason: string
  readonly untilMs: number | null
  readonly decisionId?: string | undefined
}

type AskedKey = PolicyChange<CreatedKey & { readonly keyRequestId: string }>

export async function askForKeyIn(tx: Tx, context: Context, actor: Actor, wish: KeyWish): Promise<AskedKey> {
  return askForDraft(tx, context, actor, wish, await draftKey(tx, context, actor, wish.key))
}

async function askForDraft(
  tx: Tx,
  context: Context,
  actor: Actor,
  { what, key: input, reason, untilMs, decisionId }: KeyWish,
  { place, terms, beyond, isKindAllowed }: KeyDraft,
): Promise<AskedKey> {
  const nowMs = context.clock.nowMs()
  if (beyond.length === 0 && isKindAllowed)
    throw new AppError('conflict', 'Nobody has to be asked for this key. Create it with POST /keys.')
  const { policy } = place.profile
  const raise = raiseFor(input, beyond, policy, isKindAllowed)
  const verdict = raise && judgeRaise(raise, { policy, period: terms.budget?.period ?? 'month', createdAtMs: nowMs })
  const unknown = raise ? await findUnknownNames(tx, raise) : []
  if (!raise || !verdict || verdict.kind === 'refused' || unknown.length > 0) {
    if (!isKindAllowed) throw kindNotAllowed(input, place)
    throw beyondGuardrails(place.profile.name, beyond)
  }

  const waits = verdict.kind === 'ask'
  const startsNow = !waits || (input.startWithinLimits === true && !raise.oneMore && !raise.kind)
  const written = await writeDraft(tx, context, actor, input, {
    place,
    terms: termsWithin(terms, beyond),
    overrides: [],
    status: startsNow ? 'active' : 'pending',
  })
  const row = await readAnyKey(tx, written.result.id, nowMs)
  if (!row) throw notFound('key')
  const applied = waits ? null : await applyRaise(tx, row, raise, untilMs, nowMs)
  const { id, audit } = await fileRequest(
    tx,
    actor,
    {
      what,
      teamId: place.team.id,
      approver: waits ? verdict.approver : 'admin',
      key: row,
      wish: { raise },
      reason,
      untilMs,
      decisionId,
      decided: applied && decidedByProfile(place.profile.name, applied.effects),
    },
    nowMs,
  )
  const after = applied ? await readAnyKey(tx, row.id, nowMs) : row
  const result: MintedKey = { ...viewKey(after ?? row, actor, nowMs), key: written.result.key }
  return {
    result: { ...result, keyRequestId: id },
    subjects: written.subjects,
    audit: [...[written.audit ?? []].flat(), audit],
  }
}

/** A rule of the profile that says yes. */
export function decidedByProfile<Effects>(profileName: string, effects: Effects) {
  return { byId: 'rule', byName: `profile ${profileName}`, why: 'A rule of the access profile approves this.', effects }
}

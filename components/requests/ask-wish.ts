/** A request on its way: what the form holds, what there is to choose from, and how it becomes a request. Pure. */
import { periodWords } from '#components/keys/key-words.ts'
import { untilOf } from '#components/requests/until-field.tsx'
import type { BudgetPeriod, LimitKind } from '#lib/limits/contract.ts'
import type { AskOptions, AskTarget } from '#lib/requests/read-ask-options.ts'

export const wishKinds = ['budget', 'limit', 'model', 'provider', 'lifetime', 'lend'] as const

export type WishDraft = {
  readonly what: (typeof wishKinds)[number]
  /** `key:…`, `team:…`; of a loan the budget that lends. */
  readonly target: string
  readonly period: BudgetPeriod
  readonly amountUsd: string
  readonly kind: LimitKind
  readonly limit: string
  /** The model or provider; of a loan the budget that is lent to. */
  readonly name: string
  readonly days: string
  readonly reason: string
}

export function emptyWish(options: AskOptions, what: WishDraft['what'], target?: string): WishDraft {
  const targets = targetsFor(options, what)
  const chosen = targets.find(({ value }) => value === target) ?? targets[0]
  return {
    what,
    target: what === 'lend' ? (lendable(options)[0]?.value ?? '') : (chosen?.value ?? ''),
    period: chosen?.budgets[0]?.period ?? 'month',
    amountUsd: '',
    kind: (Object.keys(chosen?.limits ?? {})[0] as LimitKind | undefined) ?? 'rpm',
    limit: '',
    name: '',
    days: what === 'lifetime' ? '90' : '7',
    reason: '',
  }
}

export type TargetChoice = AskTarget & { readonly value: string; readonly beside: string }

/** What has something to raise of this kind. Models, providers and a life belong to keys. */
export function targetsFor({ targets }: AskOptions, what: WishDraft['what']): readonly TargetChoice[] {
  return targets
    .filter((target) => {
      if (what === 'budget') return target.budgets.length > 0
      if (what === 'limit') return Object.keys(target.limits).length > 0
      return target.type === 'key' && (what !== 'lifetime' || target.expiresAt !== null)
    })
    .map((target) => ({ ...target, value: `${target.type}:${target.id}`, beside: target.type.replace('_', ' ') }))
}

type Side = AskOptions['sides'][number]
const sideValue = ({ type, id, period, teamId }: Side) => `${type}:${id}:${period}:${teamId}`
const choiceOf = (side: Side) => ({ value: sideValue(side), label: side.name, beside: periodWords[side.period] })

/** Budgets that are theirs to lend from. */
export function lendable({ sides }: AskOptions) {
  return sides.filter(({ gives }) => gives).map(choiceOf)
}

/** Budgets of the same team and period as the one that lends. */
export function partnersOf({ sides }: AskOptions, from: string) {
  const giving = sides.find((side) => sideValue(side) === from)
  return sides
    .filter((side) => side.teamId === giving?.teamId && side.period === giving.period && side.id !== giving.id)
    .map(choiceOf)
}

/** For POST /key-requests; null while something is missing. */
export function requestBody(draft: WishDraft, options: AskOptions): Readonly<Record<string, unknown>> | null {
  const { what, amountUsd, period, kind, limit, name } = draft
  const until = untilOf(draft.days)
  const reason = draft.reason.trim()
  if (what === 'lend') {
    const [from, to] = [draft.target, name].map((value) => options.sides.find((side) => sideValue(side) === value))
    if (!from || !to || amountUsd === '') return null
    const of = ({ type, id }: Side) => ({ type, id })
    return { what, from: of(from), to: of(to), amountUsd, period: from.period, reason, ...until }
  }
  const target = targetsFor(options, what).find(({ value }) => value === draft.target)
  if (!target) return null
  const place = target.type === 'key' ? { keyId: target.id } : { scope: { type: target.type, id: target.id } }
  const common = { ...place, reason }
  switch (what) {
    case 'budget':
      return amountUsd === '' ? null : { what, amountUsd, period, ...common, ...until }
    case 'limit':
      return limit === '' ? null : { what, limits: { [kind]: Number(limit) }, ...common, ...until }
    case 'model':
      return name === '' ? null : { what, models: [name], ...common, ...until }
    case 'provider':
      return name === '' ? null : { what: 'model', providers: [name], ...common, ...until }
    case 'lifetime':
      return { what, expiresAt: until.until, ...common }
  }
}

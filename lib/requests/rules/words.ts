/** A request in words: for lists, the audit log and the people who decide. Pure, browser-safe. */
import type { LimitKind } from '#lib/limits/contract.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import type { Loan, Raise, RequestKind, ScopeRaise, Wish } from '#lib/requests/contract.ts'

const limitNames: Record<LimitKind, string> = {
  rpm: 'requests a minute',
  rph: 'requests an hour',
  rpd: 'requests a day',
  tpm: 'tokens a minute',
  itpm: 'input tokens a minute',
  otpm: 'output tokens a minute',
  tpd: 'tokens a day',
  itpd: 'input tokens a day',
  otpd: 'output tokens a day',
  concurrency: 'calls at once',
}

export type WishPart = { readonly field: string; readonly label: string; readonly value: string }

/** The parts of a wish, each by the name that its current value has in `now`. */
export function partsOf(wish: Wish): WishPart[] {
  if ('loan' in wish) return loanParts(wish.loan)
  return 'scopeRaise' in wish ? scopeParts(wish.scopeRaise) : raiseParts(wish.raise)
}

export function summaryOf(what: RequestKind, wish: Wish, keyName: string | null): string {
  const parts = partsOf(wish).map(({ field, label, value }) =>
    value === '' ? label : field.startsWith('limits.') ? `${value} ${label}` : `${label} ${value}`,
  )
  const asked = parts.join(', ')
  if (what === 'new_key' || what === 'kind') return asked === '' ? 'a new key' : `a new key with ${asked}`
  if ('scopeRaise' in wish) {
    const { type, name } = wish.scopeRaise.scope
    return `${asked} for ${type === 'user' ? name : `${type.replace('_', ' ')} ${name}`}`
  }
  return what === 'lend' || keyName === null ? asked : `${asked} for ${keyName}`
}

function scopeParts({ budget, limits }: ScopeRaise): WishPart[] {
  const of = budget && (budget.period === 'total' ? 'in total' : `a ${budget.period}`)
  return [
    ...(budget ? [{ field: 'budget', label: 'a budget of', value: `$${budget.amountUsd} ${of}` }] : []),
    ...raiseParts(limits ? { limits } : {}),
  ]
}

function raiseParts({ budgetUsd, limits = {}, models, providers, expiresAt, oneMore, kind }: Raise): WishPart[] {
  const count = new Intl.NumberFormat('en-GB')
  return [
    ...(budgetUsd === undefined ? [] : [{ field: 'budget', label: 'a budget of', value: `$${budgetUsd}` }]),
    ...limitKinds.flatMap((each) => {
      const limit = limits[each]
      return limit === undefined
        ? []
        : [{ field: `limits.${each}`, label: limitNames[each], value: count.format(limit) }]
    }),
    ...(models === undefined ? [] : [{ field: 'models', label: 'the use of', value: models.join(', ') }]),
    ...(providers === undefined
      ? []
      : [{ field: 'providers', label: 'calls to the provider', value: providers.join(', ') }]),
    ...(expiresAt === undefined
      ? []
      : [{ field: 'expiresAt', label: 'an end on', value: new Date(expiresAt).toISOString().slice(0, 10) }]),
    ...(kind ? [{ field: 'kind', label: 'a kind that the profile does not allow', value: '' }] : []),
    ...(oneMore ? [{ field: 'keysPerPerson', label: 'one key more than the profile allows', value: '' }] : []),
  ]
}

function loanParts({ amountUsd, period }: Loan): WishPart[] {
  const each = period === 'total' ? 'of the total' : `a ${period}`
  return [{ field: 'loan', label: 'lend', value: `$${amountUsd} ${each}` }]
}

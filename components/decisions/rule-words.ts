/*
 * A tested rule in the words of the page: what was checked, how it stood, which layer set it. The numbers are those of
 * the moment, from the decision record; nothing is read anew.
 */
import { smallMoney } from '#components/decisions/small-money.ts'
import { formatBigCount, toNanos } from '#components/ui/format.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

export type RuleWords = {
  /** "Requests a minute". */
  readonly name: string
  /** Beside the name, in grey: the value that was judged. */
  readonly detail: string | null
  /** "12 of 60", "$1,212.60 left", "$0.25 short", "allowed". */
  readonly standing: string
  /** "Profile Experiment", "Key eval-nightly". */
  readonly layer: string
}

/** `neededNanos` is what this call would have held: it tells how far a budget was short. */
export function ruleWords(rule: RuleView, neededNanos: bigint | null): RuleWords {
  if (rule.rule.startsWith('budget_')) return budgetWords(rule, neededNanos)
  if (rule.rule in priceNames) return priceWords(rule)
  const limit = limitNames[rule.rule]
  if (limit) return { name: limit, detail: null, standing: countStanding(rule), layer: layerOf(rule) }
  return {
    name: policyNames[rule.rule] ?? sentence(rule.rule),
    detail: policyDetail(rule),
    standing: policyStanding(rule),
    layer: layerOf(rule),
  }
}

const limitNames: Record<string, string> = {
  rpm: 'Requests a minute',
  rph: 'Requests an hour',
  rpd: 'Requests a day',
  tpm: 'Tokens a minute',
  itpm: 'Input tokens a minute',
  otpm: 'Output tokens a minute',
  tpd: 'Tokens a day',
  itpd: 'Input tokens a day',
  otpd: 'Output tokens a day',
  concurrency: 'Calls at once',
}

const policyNames: Record<string, string> = {
  key_status: 'Key',
  principal_status: 'Owner and team',
  environment: 'Environment',
  address: 'Caller’s address',
  endpoint: 'Endpoint',
  model: 'Model',
  price: 'Price',
  provider: 'Provider',
  region: 'Region',
  version: 'Version',
  stored_state: 'What providers keep',
}

const priceNames: Record<string, string> = {
  input_price: 'Price of a million input tokens',
  output_price: 'Price of a million output tokens',
}

function priceWords(rule: RuleView): RuleWords {
  const price = rule.used === null ? 'none yet' : smallMoney(nanosOf(rule.used))
  return {
    name: priceNames[rule.rule]!,
    detail: rule.passed ? null : `at most ${smallMoney(nanosOf(rule.limit))}`,
    standing: price,
    layer: layerOf(rule),
  }
}

const periods: Record<string, string> = {
  budget_day: 'Spend a day',
  budget_week: 'Spend a week',
  budget_month: 'Spend a month',
  budget_quarter: 'Spend a quarter',
  budget_total: 'Spend in total',
}

const postures: Record<string, string> = {
  hard: 'hard stop',
  soft: 'alerts only',
  alert_then_enforce: 'alerts, then stops',
}

const scopeWords: Record<string, string> = {
  key: 'this key',
  user: 'this person',
  business_unit: 'business unit',
}

function budgetWords(rule: RuleView, neededNanos: bigint | null): RuleWords {
  const what = rule.scope ? `, ${scopeWords[rule.scope.type] ?? rule.scope.type}` : ''
  return {
    name: `${periods[rule.rule] ?? 'Spend'}${what}`,
    detail: postures[rule.source ?? ''] ?? null,
    standing: budgetStanding(rule, neededNanos),
    layer: scopeName(rule) ?? 'Organisation',
  }
}

function budgetStanding(rule: RuleView, neededNanos: bigint | null): string {
  const left = budgetLeft(rule)
  if (!rule.passed && neededNanos !== null) return `${smallMoney(neededNanos - left)} short`
  return left < 0n ? `${smallMoney(-left)} over` : `${smallMoney(left)} left`
}

/** What was left of a budget for this call, below zero where more was spent than it allows. Nano-dollars. */
export function budgetLeft(rule: RuleView): bigint {
  return nanosOf(rule.limit) - nanosOf(rule.used) - nanosOf(rule.held)
}

/** An amount of a budget's rule, which is decimal text in dollars. */
export function nanosOf(value: number | string | null): bigint {
  return value === null || value === '' ? 0n : toNanos(String(value))
}

function countStanding(rule: RuleView): string {
  return `${countOf(rule.used)} of ${countOf(rule.limit)}`
}

function countOf(value: number | string | null): string {
  return formatBigCount(BigInt(Math.round(Number(value ?? 0))))
}

function policyDetail(rule: RuleView): string | null {
  if (rule.rule === 'principal_status' && rule.scope) return `${scopeTitle(rule.scope.type)} ${rule.scope.name}`
  // A key that is not valid says its state at the end of the line.
  if (rule.rule === 'key_status' && !rule.passed) return null
  return rule.used === null ? null : String(rule.used)
}

function policyStanding(rule: RuleView): string {
  const isState = rule.rule === 'key_status' || rule.rule === 'principal_status'
  if (rule.rule === 'price') return rule.passed ? 'known' : 'none yet'
  if (rule.passed) return isState ? 'valid' : 'allowed'
  return isState ? String(rule.used ?? 'not valid') : 'not allowed'
}

function layerOf(rule: RuleView): string {
  const named = scopeName(rule)
  if (rule.rule === 'key_status' && named) return named
  if (rule.source && !['key', 'user', 'workload', 'project', 'team'].includes(rule.source)) return sentence(rule.source)
  return named ?? 'Every layer'
}

function scopeName({ scope }: RuleView): string | null {
  if (!scope) return null
  return scope.type === 'organisation' ? 'Organisation' : `${scopeTitle(scope.type)} ${scope.name}`
}

function scopeTitle(type: string): string {
  return type === 'user' ? 'Person' : sentence(type)
}

function sentence(words: string): string {
  const text = words.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

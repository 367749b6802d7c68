/** The words and signs of keys, the same on every page. */
import { formatLimitMoney, formatReset } from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.ts'
import type { KeyKind, KeyView } from '#lib/keys/contract.ts'
import type { BudgetPeriod, BudgetPosture, LimitKind } from '#lib/limits/contract.ts'

export const kindLooks: Record<KeyKind, { readonly icon: IconName; readonly word: string }> = {
  personal: { icon: 'user', word: 'Personal' },
  team: { icon: 'users', word: 'Team' },
  app: { icon: 'app', word: 'App' },
  agent: { icon: 'bot', word: 'Agent' },
  service: { icon: 'cog', word: 'Service' },
  ci: { icon: 'branch', word: 'CI' },
}

export const environments = [
  { value: 'development', label: 'dev' },
  { value: 'staging', label: 'staging' },
  { value: 'production', label: 'prod' },
] as const

/** Short forms of the usual three; any other name is shown as it is. */
export function environmentWord(environment: string): string {
  return environments.find(({ value }) => value === environment)?.label ?? environment
}

export const limitWords: Record<LimitKind, { readonly name: string; readonly unit: string }> = {
  rpm: { name: 'Requests a minute', unit: '/min' },
  rph: { name: 'Requests an hour', unit: '/h' },
  rpd: { name: 'Requests a day', unit: '/day' },
  tpm: { name: 'Tokens a minute', unit: '/min' },
  itpm: { name: 'Input tokens a minute', unit: '/min' },
  otpm: { name: 'Output tokens a minute', unit: '/min' },
  tpd: { name: 'Tokens a day', unit: '/day' },
  itpd: { name: 'Input tokens a day', unit: '/day' },
  otpd: { name: 'Output tokens a day', unit: '/day' },
  concurrency: { name: 'Calls at once', unit: '' },
}

/** What stands after an amount: "$50 a month". */
export const periodWords: Record<BudgetPeriod, string> = {
  day: 'a day',
  week: 'a week',
  month: 'a month',
  quarter: 'a quarter',
  total: 'in total',
}

/** What stands before "left": "Left this month". */
export const thisPeriod: Record<BudgetPeriod, string> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  quarter: 'this quarter',
  total: 'in total',
}

export const postureWords: Record<BudgetPosture, string> = {
  hard: 'hard stop',
  soft: 'alerts only',
  alert_then_enforce: 'alerts, then stops at 110\u00a0%',
}

type Budget = { readonly amountUsd: string; readonly period: BudgetPeriod; readonly posture: BudgetPosture }

/** "$50 a month, hard stop". */
export function budgetSentence({ amountUsd, period, posture }: Budget): string {
  return `${formatLimitMoney(amountUsd)} ${periodWords[period]}, ${postureWords[posture]}`
}

export function resetSentence(resetsAt: string | null, timeZone: string = 'UTC'): string {
  return resetsAt === null ? 'never resets' : `resets ${formatReset(Date.parse(resetsAt), timeZone)}`
}

/** The layer that sets a value, as it is said beside it: "From profile Experiment". */
export function sourceSentence(source: { readonly layer: string; readonly name: string }): string {
  if (source.layer === 'key') return 'From this key'
  return `From ${source.layer.replaceAll('_', ' ')} ${source.name}`
}

/** What the screens offer of what is possible: a key that waits for its approval gets its secret with it, not by rotating. */
export function offeredActions({ status, actions }: Pick<KeyView, 'status' | 'actions'>): KeyView['actions'] {
  return status === 'pending' ? actions.filter((action) => action !== 'rotate') : actions
}

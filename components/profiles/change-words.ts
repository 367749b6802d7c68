/** The changes of a draft in words: which part of the form, what was, what will be. Pure. */
import { limitWords, periodWords, postureWords } from '#components/keys/key-words.ts'
import { changedFields, type Draft, type Field } from '#components/profiles/draft.ts'
import { formatCount, formatLimitMoney } from '#components/ui/format.ts'
import { limitKinds } from '#lib/limits/contract.ts'

export const parts = {
  about: 'About',
  models: 'Models',
  prices: 'Prices and versions',
  routes: 'Providers and regions',
  endpoints: 'Endpoints',
  callers: 'Callers and record',
  tools: 'Tools',
  limits: 'Limits',
  budget: 'Budget',
  keys: 'Keys',
  approval: 'Approval',
  degraded: 'Degraded mode',
  groups: 'Who gets it',
} as const
export type Part = keyof typeof parts

export function partOf(field: Field): Part {
  if (field === 'description') return 'about'
  if (field.startsWith('models.')) return 'models'
  if (field.startsWith('providers.') || field.startsWith('regions.')) return 'routes'
  if (field === 'endpoints' || field === 'storedState') return 'endpoints'
  if (field.startsWith('price.') || field === 'pinnedOnly') return 'prices'
  if (field.startsWith('tools.')) return 'tools'
  if (field.startsWith('approval.')) return 'approval'
  if (field === 'cidr.allow' || field === 'environments' || field === 'audit') return 'callers'
  if (field.startsWith('limits.')) return 'limits'
  if (field.startsWith('budget.') || field === 'defaultOutputTokens') return 'budget'
  return field === 'degradedMode' ? 'degraded' : 'keys'
}

export const degradedWords: Record<string, string> = {
  closed: 'Refuse calls with 503',
  'open-capped': 'Let calls through, capped',
}

const storedStateWords: Record<string, string> = {
  allow: 'allowed',
  refuse: 'refused',
}

const browserOriginWords: Record<string, string> = {
  allow: 'allowed',
  warn: 'allowed with a warning',
  refuse: 'refused',
}

const auditWords: Record<string, string> = {
  metadata: 'the caller’s address and client',
  nothing: 'only what counting needs',
}

const approverWords: Record<string, string> = {
  team_lead: 'the team’s lead',
  admin: 'an admin',
  nobody: 'nobody',
}

const names: Partial<Record<Field, string>> = {
  description: 'Description',
  'models.allow': 'Allowed models',
  'models.deny': 'Models not allowed',
  'providers.allow': 'Providers',
  'providers.deny': 'Providers not allowed',
  'regions.allow': 'Regions',
  'regions.deny': 'Regions not allowed',
  'price.input': 'A million input tokens cost at most',
  'price.output': 'A million output tokens cost at most',
  pinnedOnly: 'Only versions that stay as they are',
  'cidr.allow': 'Calls may come from',
  environments: 'Environments',
  'tools.allow': 'Allowed tools',
  'tools.deny': 'Tools not allowed',
  audit: 'The ledger keeps',
  endpoints: 'Endpoints',
  storedState: 'What providers keep',
  'budget.amount': 'Spend of one key, default',
  'budget.period': 'Period of the budget',
  'budget.posture': 'At the cap',
  'budget.maximum': 'Spend of one key, maximum a month',
  defaultOutputTokens: 'Output tokens without a maximum',
  'lifetime.default': 'Lifetime, default',
  'lifetime.maximum': 'Lifetime, maximum',
  keysPerPerson: 'Keys a person',
  kinds: 'Kinds of key',
  issuesFirstKey: 'First key by itself',
  browserOrigin: 'Personal keys in a browser',
  killStreams: 'Running streams end with their key',
  endingDays: 'Told before a key ends, days',
  'idle.warn': 'Warning of a key that nobody uses',
  'idle.expire': 'End of a key that nobody uses',
  'approval.approver': 'Who decides on more',
  'approval.factor': 'May be asked for, times a maximum',
  'approval.limits': 'Limits at once, times a maximum',
  'approval.lifetime': 'Longer life at once',
  'approval.budget': 'Budget at once, a month',
  'approval.models': 'Models at once',
  degradedMode: 'When limits cannot be checked',
}

const moneyFields = new Set<Field>([
  'price.input',
  'price.output',
  'budget.amount',
  'budget.maximum',
  'approval.budget',
])

export function fieldName(field: Field): string {
  for (const kind of limitKinds) {
    if (field === `limits.${kind}.default`) return `${limitWords[kind].name}, default`
    if (field === `limits.${kind}.maximum`) return `${limitWords[kind].name}, maximum`
  }
  return names[field] ?? field
}

/** One value as it is read: "12", "$60", "no limit". */
export function valueWords(field: Field, value: Draft[Field]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'string') return value.length === 0 ? 'none' : value.includes('*') ? 'all' : value.join(', ')
  if (field === 'browserOrigin') return wordIn(browserOriginWords, value)
  if (field === 'audit') return wordIn(auditWords, value)
  if (field === 'approval.approver') return wordIn(approverWords, value)
  if (value === '')
    return field === 'description'
      ? 'none'
      : field.startsWith('lifetime.')
        ? 'no end'
        : field.startsWith('idle.')
          ? 'never'
          : field.startsWith('approval.') || field === 'endingDays'
            ? 'none'
            : 'no limit'
  if (moneyFields.has(field)) return moneyWords(value)
  if (field === 'budget.period') return wordIn(periodWords, value)
  if (field === 'budget.posture') return wordIn(postureWords, value)
  if (field === 'degradedMode') return wordIn(degradedWords, value).toLowerCase()
  if (field === 'storedState') return wordIn(storedStateWords, value)
  if (field.startsWith('lifetime.') || field.startsWith('idle.') || field === 'approval.lifetime')
    return value === '1' ? '1 day' : `${formatCount(BigInt(value))} days`
  return /^\d{1,15}$/.test(value) ? formatCount(BigInt(value)) : value
}

export type ChangeWords = {
  readonly field: Field
  readonly part: Part
  readonly name: string
  readonly was: string
  readonly is: string
}

export function changeWords(before: Draft, after: Draft): ChangeWords[] {
  return changedFields(before, after).map((field) => ({
    field,
    part: partOf(field),
    name: fieldName(field),
    ...listChange(before[field], after[field], field),
  }))
}

/** Of a long list only what came and went. */
function listChange(was: Draft[Field], is: Draft[Field], field: Field): { readonly was: string; readonly is: string } {
  const whole = { was: valueWords(field, was), is: valueWords(field, is) }
  if (!Array.isArray(was) || !Array.isArray(is) || was.length + is.length <= 8) return whole
  const came = is.filter((item: string) => !was.includes(item))
  const went = was.filter((item: string) => !is.includes(item))
  if (came.length + went.length > 8) return { was: `${was.length} entries`, is: `${is.length} entries` }
  const list = (sign: string, items: readonly string[]) => items.map((item) => `${sign} ${item}`).join(', ')
  return { was: `${was.length} entries`, is: [list('+', came), list('\u2212', went)].filter(Boolean).join(', ') }
}

function moneyWords(value: string): string {
  return /^\d+(\.\d{1,9})?$/.test(value) ? formatLimitMoney(value) : value
}

function wordIn(words: Readonly<Record<string, string>>, value: string): string {
  return words[value] ?? value
}

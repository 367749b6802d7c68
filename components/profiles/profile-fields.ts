/**
 * Every field of a profile's form, a line each: where its value stands in the policy, which part of the form it is in,
 * what it is called, and how its values read. The form itself, drafts, changes in words and errors by field all go by this
 * table: a new part of a policy is a line here and a control in its part of the editor.
 */
import { limitWords, periodWords, postureWords } from '#components/keys/key-words.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'

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

type Common = {
  readonly part: Part
  readonly name: string
  /** In the policy; the field's own name where none is given. */
  readonly path?: string
}

/** A list, a switch, or a text: as it stands, a number, an amount of money, some days. */
export type FieldSpec = Common &
  (
    | { readonly kind: 'list' | 'switch' }
    | { readonly kind: 'text'; readonly none?: string }
    /** One of some words. */
    | { readonly kind: 'word'; readonly words: Readonly<Record<string, string>> }
    /** `none`: what an empty field is called; a number is needed where there is none. */
    | { readonly kind: 'number' | 'days' | 'money'; readonly none?: string }
    | { readonly kind: 'day list' }
  )

export const degradedWords: Readonly<Record<string, string>> = {
  closed: 'Refuse calls with 503',
  'open-capped': 'Let calls through, capped',
}
const lowered = (words: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(words).map(([value, word]) => [value, word.toLowerCase()]))

const approvers = { team_lead: 'the team’s lead', admin: 'an admin', nobody: 'nobody' }
const recorded = { metadata: 'the caller’s address and client', nothing: 'only what counting needs' }
const onPages = { allow: 'allowed', warn: 'allowed with a warning', refuse: 'refused' }
const noLimit = { none: 'no limit' } as const

type LimitField = `limits.${LimitKind}.${'default' | 'maximum'}`
const limitSpecs = Object.fromEntries(
  limitKinds.flatMap((kind) =>
    (['default', 'maximum'] as const).map((which) => [
      `limits.${kind}.${which}`,
      { part: 'limits', kind: 'number', name: `${limitWords[kind].name}, ${which}`, ...noLimit },
    ]),
  ),
) as Record<
  LimitField,
  { readonly part: 'limits'; readonly kind: 'number'; readonly name: string; readonly none: string }
>

/** In the order of the form. */
export const fieldSpecs = {
  description: { part: 'about', kind: 'text', name: 'Description', none: 'none' },
  'models.allow': { part: 'models', kind: 'list', name: 'Allowed models' },
  'models.deny': { part: 'models', kind: 'list', name: 'Models not allowed' },
  'price.input': {
    part: 'prices',
    kind: 'money',
    name: 'A million input tokens cost at most',
    path: 'priceCeiling.inputUsdPerMillion',
    ...noLimit,
  },
  'price.output': {
    part: 'prices',
    kind: 'money',
    name: 'A million output tokens cost at most',
    path: 'priceCeiling.outputUsdPerMillion',
    ...noLimit,
  },
  pinnedOnly: { part: 'prices', kind: 'switch', name: 'Only versions that stay as they are' },
  'providers.allow': { part: 'routes', kind: 'list', name: 'Providers' },
  'providers.deny': { part: 'routes', kind: 'list', name: 'Providers not allowed' },
  'regions.allow': { part: 'routes', kind: 'list', name: 'Regions' },
  'regions.deny': { part: 'routes', kind: 'list', name: 'Regions not allowed' },
  endpoints: { part: 'endpoints', kind: 'list', name: 'Endpoints' },
  storedState: { part: 'endpoints', kind: 'word', name: 'What providers keep', words: onPages },
  'tools.allow': { part: 'tools', kind: 'list', name: 'Allowed tools' },
  'tools.deny': { part: 'tools', kind: 'list', name: 'Tools not allowed' },
  'cidr.allow': { part: 'callers', kind: 'list', name: 'Calls may come from' },
  environments: { part: 'callers', kind: 'list', name: 'Environments' },
  audit: { part: 'callers', kind: 'word', name: 'The ledger keeps', words: recorded },
  ...limitSpecs,
  'budget.amount': {
    part: 'budget',
    kind: 'money',
    name: 'Spend of one key, default',
    path: 'budget.default.amountUsd',
    ...noLimit,
  },
  'budget.period': {
    part: 'budget',
    kind: 'word',
    name: 'Period of the budget',
    path: 'budget.default.period',
    words: periodWords,
  },
  'budget.posture': {
    part: 'budget',
    kind: 'word',
    name: 'At the cap',
    path: 'budget.default.posture',
    words: postureWords,
  },
  'budget.maximum': {
    part: 'budget',
    kind: 'money',
    name: 'Spend of one key, maximum a month',
    path: 'budget.maximumUsd',
    ...noLimit,
  },
  defaultOutputTokens: { part: 'budget', kind: 'number', name: 'Output tokens without a maximum' },
  'lifetime.default': {
    part: 'keys',
    kind: 'days',
    name: 'Lifetime, default',
    path: 'lifetimeDays.default',
    none: 'no end',
  },
  'lifetime.maximum': {
    part: 'keys',
    kind: 'days',
    name: 'Lifetime, maximum',
    path: 'lifetimeDays.maximum',
    none: 'no end',
  },
  keysPerPerson: { part: 'keys', kind: 'number', name: 'Keys a person' },
  kinds: { part: 'keys', kind: 'list', name: 'Kinds of key' },
  issuesFirstKey: { part: 'keys', kind: 'switch', name: 'First key by itself' },
  browserOrigin: { part: 'keys', kind: 'word', name: 'Personal keys in a browser', words: onPages },
  killStreams: { part: 'keys', kind: 'switch', name: 'Running streams end with their key' },
  endingDays: { part: 'keys', kind: 'day list', name: 'Told before a key ends, days' },
  'idle.warn': {
    part: 'keys',
    kind: 'days',
    name: 'Warning of a key that nobody uses',
    path: 'idleDays.warn',
    none: 'never',
  },
  'idle.expire': {
    part: 'keys',
    kind: 'days',
    name: 'End of a key that nobody uses',
    path: 'idleDays.expire',
    none: 'never',
  },
  'approval.approver': { part: 'approval', kind: 'word', name: 'Who decides on more', words: approvers },
  'approval.factor': {
    part: 'approval',
    kind: 'number',
    name: 'May be asked for, times a maximum',
    path: 'approval.upToFactor',
  },
  'approval.limits': {
    part: 'approval',
    kind: 'number',
    name: 'Limits at once, times a maximum',
    path: 'approval.auto.limitFactor',
    none: 'none',
  },
  'approval.lifetime': {
    part: 'approval',
    kind: 'days',
    name: 'Longer life at once',
    path: 'approval.auto.lifetimeDays',
    none: 'none',
  },
  'approval.budget': {
    part: 'approval',
    kind: 'money',
    name: 'Budget at once, a month',
    path: 'approval.auto.budgetUsd',
    none: 'none',
  },
  'approval.models': { part: 'approval', kind: 'list', name: 'Models at once', path: 'approval.auto.models' },
  degradedMode: {
    part: 'degraded',
    kind: 'word',
    name: 'When limits cannot be checked',
    words: lowered(degradedWords),
  },
} as const satisfies Record<string, FieldSpec>

type Specs = typeof fieldSpecs
export type Field = keyof Specs
type FieldOfKind<Kind extends string> = { [F in Field]: Specs[F]['kind'] extends Kind ? F : never }[Field]
export type ListField = FieldOfKind<'list'>
export type SwitchField = FieldOfKind<'switch'>
export type TextField = Exclude<Field, ListField | SwitchField>

export const fields = Object.keys(fieldSpecs) as readonly Field[]

export function specOf(field: Field): FieldSpec {
  return fieldSpecs[field]
}

/** Where the field's value stands in a policy. */
export function pathOf(field: Field): string {
  return specOf(field).path ?? field
}

const byPath: ReadonlyMap<string, Field> = new Map(fields.map((field) => [pathOf(field), field]))

/** The form's field for the API's: `policy.budget.default.amountUsd` is `budget.amount`. */
export function fieldOf(path: string): string {
  const bare = path.replace(/^policy\./, '').replace(/\[\d+\]|\.\d+$/g, '')
  return byPath.get(bare) ?? bare
}

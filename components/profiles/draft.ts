/**
 * An access profile as its form holds it: one flat field for everything that can be typed or chosen, so that fields can be
 * compared, marked and merged one by one. Pure.
 */
import type * as z from 'zod'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { profilePolicy, type ProfilePolicy, type ProfileView } from '#lib/policy/contract.ts'
import { checkPolicy } from '#lib/policy/rules/check-policy.ts'

type LimitField = `limits.${LimitKind}.${'default' | 'maximum'}`
export type TextField =
  | LimitField
  | 'description'
  | 'budget.amount'
  | 'budget.period'
  | 'budget.posture'
  | 'budget.maximum'
  | 'defaultOutputTokens'
  | 'lifetime.default'
  | 'lifetime.maximum'
  | 'keysPerPerson'
  | 'degradedMode'
  | 'storedState'
  | 'browserOrigin'
  | 'endingDays'
  | 'idle.warn'
  | 'idle.expire'
  | 'approval.approver'
  | 'approval.factor'
  | 'approval.budget'
  | 'approval.limits'
  | 'approval.lifetime'
  | 'audit'
  | 'price.input'
  | 'price.output'
export type ListField =
  | 'models.allow'
  | 'models.deny'
  | 'providers.allow'
  | 'providers.deny'
  | 'regions.allow'
  | 'regions.deny'
  | 'cidr.allow'
  | 'environments'
  | 'tools.allow'
  | 'tools.deny'
  | 'approval.models'
  | 'endpoints'
  | 'kinds'
export type SwitchField = 'issuesFirstKey' | 'killStreams' | 'pinnedOnly'
export type Field = TextField | ListField | SwitchField

export type Draft = Readonly<
  Record<TextField, string> & Record<ListField, readonly string[]> & Record<SwitchField, boolean>
>

const limitFields = limitKinds.flatMap((kind) => [`limits.${kind}.default`, `limits.${kind}.maximum`] as const)

/** Every field, in the order of the form. */
export const fields: readonly Field[] = [
  'description',
  'models.allow',
  'models.deny',
  'price.input',
  'price.output',
  'pinnedOnly',
  'providers.allow',
  'providers.deny',
  'regions.allow',
  'regions.deny',
  'endpoints',
  'storedState',
  'tools.allow',
  'tools.deny',
  'cidr.allow',
  'environments',
  'audit',
  ...limitFields,
  'budget.amount',
  'budget.period',
  'budget.posture',
  'budget.maximum',
  'defaultOutputTokens',
  'lifetime.default',
  'lifetime.maximum',
  'keysPerPerson',
  'kinds',
  'issuesFirstKey',
  'browserOrigin',
  'killStreams',
  'endingDays',
  'idle.warn',
  'idle.expire',
  'approval.approver',
  'approval.factor',
  'approval.limits',
  'approval.lifetime',
  'approval.budget',
  'approval.models',
  'degradedMode',
]

export function draftOf({ description, policy }: Pick<ProfileView, 'description' | 'policy'>): Draft {
  const { models, providers, regions, tools, endpoints, limits, budget, lifetimeDays, priceCeiling, approval } = policy
  const text = (value: number | string | null | undefined) => (value == null ? '' : String(value))
  const limitTexts = Object.fromEntries(
    limitKinds.flatMap((kind) => [
      [`limits.${kind}.default`, text(limits[kind]?.default)],
      [`limits.${kind}.maximum`, text(limits[kind]?.maximum)],
    ]),
  ) as Record<LimitField, string>
  return {
    ...limitTexts,
    description,
    'models.allow': models.allow,
    'models.deny': models.deny,
    'price.input': text(priceCeiling.inputUsdPerMillion),
    'price.output': text(priceCeiling.outputUsdPerMillion),
    pinnedOnly: policy.pinnedOnly,
    'providers.allow': providers.allow,
    'providers.deny': providers.deny,
    'regions.allow': regions.allow,
    'regions.deny': regions.deny,
    'tools.allow': tools.allow,
    'tools.deny': tools.deny,
    'cidr.allow': policy.cidr.allow,
    environments: policy.environments,
    audit: policy.audit,
    endpoints,
    'budget.amount': text(budget.default?.amountUsd),
    'budget.period': budget.default?.period ?? 'month',
    'budget.posture': budget.default?.posture ?? 'hard',
    'budget.maximum': text(budget.maximumUsd),
    defaultOutputTokens: text(policy.defaultOutputTokens),
    'lifetime.default': text(lifetimeDays.default),
    'lifetime.maximum': text(lifetimeDays.maximum),
    keysPerPerson: text(policy.keysPerPerson),
    kinds: policy.kinds,
    issuesFirstKey: policy.issuesFirstKey,
    degradedMode: policy.degradedMode,
    storedState: policy.storedState,
    browserOrigin: policy.browserOrigin,
    killStreams: policy.killStreams,
    endingDays: policy.endingDays.join(', '),
    'idle.warn': text(policy.idleDays?.warn),
    'idle.expire': text(policy.idleDays?.expire),
    'approval.approver': approval.approver,
    'approval.factor': text(approval.upToFactor),
    'approval.limits': text(approval.auto.limitFactor),
    'approval.lifetime': text(approval.auto.lifetimeDays),
    'approval.budget': text(approval.auto.budgetUsd),
    'approval.models': approval.auto.models,
  }
}

export type FieldErrors = ReadonlyMap<string, string>
export type Reading =
  | { readonly policy: ProfilePolicy; readonly errors: null }
  | { readonly policy: null; readonly errors: FieldErrors }

/** The policy that the draft stands for; else what is wrong, by field. The same rules as the server's. */
export function readDraft(draft: Draft): Reading {
  const parsed = profilePolicy.safeParse(policyInput(draft))
  if (!parsed.success) return { policy: null, errors: errorsByField(parsed.error) }
  const contradictions = checkPolicy(parsed.data)
  if (contradictions.length > 0) {
    return { policy: null, errors: new Map(contradictions.map(({ field, message }) => [fieldOf(field), message])) }
  }
  return { policy: parsed.data, errors: null }
}

function policyInput(draft: Draft) {
  const whole = (value: string) => (value === '' ? null : Number(value))
  const limits = limitKinds.flatMap((kind) => {
    const [preset, maximum] = [whole(draft[`limits.${kind}.default`]), whole(draft[`limits.${kind}.maximum`])]
    return preset === null && maximum === null ? [] : [[kind, { default: preset, maximum }] as const]
  })
  const amountUsd = draft['budget.amount']
  return {
    models: { allow: draft['models.allow'], deny: draft['models.deny'] },
    providers: { allow: draft['providers.allow'], deny: draft['providers.deny'] },
    regions: { allow: draft['regions.allow'], deny: draft['regions.deny'] },
    tools: { allow: draft['tools.allow'], deny: draft['tools.deny'] },
    cidr: { allow: draft['cidr.allow'] },
    environments: draft.environments,
    priceCeiling: {
      inputUsdPerMillion: draft['price.input'] || null,
      outputUsdPerMillion: draft['price.output'] || null,
    },
    pinnedOnly: draft.pinnedOnly,
    audit: draft.audit,
    endpoints: draft.endpoints,
    limits: Object.fromEntries(limits),
    budget: {
      default:
        amountUsd === '' ? null : { amountUsd, period: draft['budget.period'], posture: draft['budget.posture'] },
      maximumUsd: draft['budget.maximum'] || null,
    },
    defaultOutputTokens: whole(draft.defaultOutputTokens) ?? Number.NaN,
    lifetimeDays: { default: whole(draft['lifetime.default']), maximum: whole(draft['lifetime.maximum']) },
    keysPerPerson: whole(draft.keysPerPerson) ?? Number.NaN,
    kinds: draft.kinds,
    issuesFirstKey: draft.issuesFirstKey,
    degradedMode: draft.degradedMode,
    storedState: draft.storedState,
    browserOrigin: draft.browserOrigin,
    killStreams: draft.killStreams,
    endingDays: draft.endingDays
      .split(/[,;\s]+/)
      .filter(Boolean)
      .map(Number),
    idleDays:
      draft['idle.warn'] === '' && draft['idle.expire'] === ''
        ? null
        : { warn: whole(draft['idle.warn']) ?? Number.NaN, expire: whole(draft['idle.expire']) ?? Number.NaN },
    approval: {
      approver: draft['approval.approver'],
      upToFactor: whole(draft['approval.factor']) ?? Number.NaN,
      auto: {
        budgetUsd: draft['approval.budget'] || null,
        limitFactor: whole(draft['approval.limits']),
        lifetimeDays: whole(draft['approval.lifetime']),
        models: draft['approval.models'],
      },
    },
  }
}

function errorsByField(error: z.ZodError): FieldErrors {
  const errors = new Map<string, string>()
  for (const issue of error.issues) {
    const field = fieldOf(issue.path.map(String).join('.'))
    if (!errors.has(field)) errors.set(field, issue.code === 'invalid_type' ? 'Enter a whole number.' : issue.message)
  }
  return errors
}

/** The form's field for the API's: `policy.budget.default.amountUsd` is `budget.amount`. */
export function fieldOf(path: string): string {
  const bare = path.replace(/^policy\./, '').replace(/\[\d+\]|\.\d+$/g, '')
  const known: Record<string, string> = {
    'budget.default.amountUsd': 'budget.amount',
    'budget.default.period': 'budget.period',
    'budget.default.posture': 'budget.posture',
    'budget.maximumUsd': 'budget.maximum',
    'priceCeiling.inputUsdPerMillion': 'price.input',
    'priceCeiling.outputUsdPerMillion': 'price.output',
    'lifetimeDays.default': 'lifetime.default',
    'lifetimeDays.maximum': 'lifetime.maximum',
    'idleDays.warn': 'idle.warn',
    'idleDays.expire': 'idle.expire',
    'approval.upToFactor': 'approval.factor',
    'approval.auto.limitFactor': 'approval.limits',
    'approval.auto.lifetimeDays': 'approval.lifetime',
    'approval.auto.budgetUsd': 'approval.budget',
    'approval.auto.models': 'approval.models',
  }
  return known[bare] ?? bare
}

export function isSame(a: Draft[Field], b: Draft[Field]): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item) => b.includes(item))
  return a === b
}

/** The fields in which two drafts differ. A budget's period and posture say nothing where there is no budget. */
export function changedFields(before: Draft, after: Draft): Field[] {
  const hasBudget = before['budget.amount'] !== '' || after['budget.amount'] !== ''
  return fields.filter(
    (field) =>
      !isSame(before[field], after[field]) && (hasBudget || (field !== 'budget.period' && field !== 'budget.posture')),
  )
}

export type Merge = {
  /** Theirs, with my changes laid over it. */
  readonly draft: Draft
  /** What both of us changed, to different values. */
  readonly both: readonly Field[]
}

/** My changes to `base` on top of what somebody else made of it meanwhile. */
export function mergeDrafts(base: Draft, mine: Draft, theirs: Draft): Merge {
  const changed = changedFields(base, mine)
  const draft = { ...theirs, ...Object.fromEntries(changed.map((field) => [field, mine[field]])) } as Draft
  const both = changed.filter((field) => !isSame(base[field], theirs[field]) && !isSame(mine[field], theirs[field]))
  return { draft, both }
}

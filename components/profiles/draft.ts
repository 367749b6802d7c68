/**
 * An access profile as its form holds it: one flat field for everything that can be typed or chosen, so that fields can be
 * compared, marked and merged one by one. Pure.
 */
import type * as z from 'zod'
import {
  fieldOf,
  fields,
  pathOf,
  specOf,
  type Field,
  type ListField,
  type SwitchField,
  type TextField,
} from '#components/profiles/profile-fields.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import { profilePolicy, type ProfilePolicy, type ProfileView } from '#lib/policy/contract.ts'
import { checkPolicy } from '#lib/policy/rules/check-policy.ts'

export type Draft = Readonly<
  Record<TextField, string> & Record<ListField, readonly string[]> & Record<SwitchField, boolean>
>

/** What the form begins with where a profile has no budget for keys. */
const firstBudget: Readonly<Record<string, string>> = { 'budget.period': 'month', 'budget.posture': 'hard' }

export function draftOf({ description, policy }: Pick<ProfileView, 'description' | 'policy'>): Draft {
  const values = { ...policy, description }
  return Object.fromEntries(fields.map((field) => [field, shown(field, valueAt(values, pathOf(field)))])) as Draft
}

function shown(field: Field, value: unknown): string | readonly string[] | boolean {
  const { kind } = specOf(field)
  if (kind === 'list') return value as readonly string[]
  if (kind === 'switch') return value as boolean
  if (kind === 'day list') return (value as readonly number[]).join(', ')
  return value == null ? (firstBudget[field] ?? '') : String(value)
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

function policyInput(draft: Draft): Record<string, unknown> {
  const policy: Record<string, unknown> = {}
  for (const field of fields) if (field !== 'description') setAt(policy, pathOf(field), meant(field, draft[field]))
  // What is left empty as a whole is not there at all.
  const limits = policy.limits as Record<string, { default: unknown; maximum: unknown }>
  for (const kind of limitKinds)
    if (limits[kind]!.default === null && limits[kind]!.maximum === null) delete limits[kind]
  if (draft['budget.amount'] === '') setAt(policy, 'budget.default', null)
  if (draft['idle.warn'] === '' && draft['idle.expire'] === '') policy.idleDays = null
  return policy
}

/** Inside these, once there, both numbers are needed. */
const needed: ReadonlySet<Field> = new Set(['idle.warn', 'idle.expire'])

function meant(field: Field, value: Draft[Field]): unknown {
  const spec = specOf(field)
  if (typeof value !== 'string') return value
  switch (spec.kind) {
    case 'number':
    case 'days':
      if (value !== '') return Number(value)
      return spec.none === undefined || needed.has(field) ? Number.NaN : null
    case 'money':
      return value || null
    case 'day list':
      return value
        .split(/[,;\s]+/)
        .filter(Boolean)
        .map(Number)
    default:
      return value
  }
}

function valueAt(values: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], values)
}

function setAt(values: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  let place = values
  for (const name of names) place = (place[name] ??= {}) as Record<string, unknown>
  place[last] = value
}

function errorsByField(error: z.ZodError): FieldErrors {
  const errors = new Map<string, string>()
  for (const issue of error.issues) {
    const field = fieldOf(issue.path.map(String).join('.'))
    if (!errors.has(field)) errors.set(field, issue.code === 'invalid_type' ? 'Enter a whole number.' : issue.message)
  }
  return errors
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

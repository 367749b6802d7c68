/** The changes of a draft in words: which part of the form, what was, what will be. Pure. */
import { changedFields, type Draft } from '#components/profiles/draft.ts'
import { specOf, type Field, type Part } from '#components/profiles/profile-fields.ts'
import { formatCount, formatLimitMoney } from '#components/ui/format.ts'

/** One value as it is read: "12", "$60", "no limit". */
export function valueWords(field: Field, value: Draft[Field]): string {
  const spec = specOf(field)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'string') return value.length === 0 ? 'none' : value.includes('*') ? 'all' : value.join(', ')
  if (spec.kind === 'word') return spec.words[value] ?? value
  if (value === '') return 'none' in spec ? (spec.none ?? 'none') : 'none'
  if (spec.kind === 'money') return /^\d+(\.\d{1,9})?$/.test(value) ? formatLimitMoney(value) : value
  const isWhole = /^\d{1,15}$/.test(value)
  if (spec.kind === 'days' && isWhole) return value === '1' ? '1 day' : `${formatCount(BigInt(value))} days`
  return isWhole ? formatCount(BigInt(value)) : value
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
    part: specOf(field).part,
    name: specOf(field).name,
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

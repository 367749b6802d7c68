import type { Draft, FieldErrors } from '#components/profiles/draft.ts'
import type { Field } from '#components/profiles/profile-fields.ts'

/** What every part of the form gets. */
export type Form = {
  readonly draft: Draft
  /** What is in force. */
  readonly base: Draft
  readonly errors: FieldErrors
  readonly set: <Name extends Field>(field: Name, value: Draft[Name]) => void
}

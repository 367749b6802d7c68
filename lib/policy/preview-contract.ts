/** What a change of a profile would have done to the calls of the last days. Browser-safe. */
import * as z from 'zod'
import { profilePolicyPatch } from '#lib/policy/contract.ts'

export const previewDays = 30

export const previewInput = z.strictObject({
  /** The parts that would change, each as a whole. */
  policy: profilePolicyPatch,
  /** From the answer before: the next keys. */
  cursor: z.string().max(64).optional(),
  /** Keys a page. */
  limit: z.int().min(1).max(200).default(50),
})
export type PreviewInput = z.infer<typeof previewInput>

const limitChange = z.object({
  /** `limits.rpm`, `budget.month`. */
  field: z.string(),
  was: z.string().nullable(),
  is: z.string().nullable(),
})
export type LimitChange = z.infer<typeof limitChange>

export const previewedKey = z.object({
  id: z.string(),
  name: z.string(),
  team: z.string(),
  calls: z.int(),
  /** Calls that passed the rules of the version in force and would not pass the new ones. */
  refused: z.int(),
  /** The other way round. */
  allowed: z.int(),
  /** Calls that would have gone to another provider or region. */
  moved: z.int(),
  /** What refuses, most often first; the layer as in "profile Experiment". */
  rules: z.array(z.object({ rule: z.string(), layer: z.string(), calls: z.int() })),
  limits: z.array(limitChange),
})
export type PreviewedKey = z.infer<typeof previewedKey>

export const previewAnswer = z.object({
  from: z.string(),
  to: z.string(),
  /** Living keys on the profile. */
  keysOfProfile: z.int(),
  /** How many keys and calls this page looked at. */
  keys: z.int(),
  calls: z.int(),
  /** False where there was more traffic than one page looks at: ask for fewer keys. */
  isWhole: z.boolean(),
  /** Calls of models that the catalogue does not have now: nobody can say. */
  unknown: z.int(),
  /** Keys that would notice. */
  data: z.array(previewedKey),
  nextCursor: z.string().nullable(),
})
export type PreviewAnswer = z.infer<typeof previewAnswer>

/**
 * What of a caller's request can be carried to another wire, as a schema: a field that does not stand in it is refused by
 * its path, unless it is null.
 */
import * as z from 'zod'
import { NotCarried } from '#lib/formats/neutral.ts'

/** An object in which fields that nobody knows may only be null. */
export function known<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape).catchall(z.null().optional())
}

/** A field that has no place elsewhere. `why` completes "…, since <why>." */
export function refused(why: string) {
  return z.never(why).nullish()
}

/** Throws NotCarried for the first field that has no place. */
export function asCarried<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  // Of the messages only ours are shown: zod's own speak of types.
  const parsed = schema.safeParse(body, { error: () => '' })
  if (parsed.success) return parsed.data
  const { path, message: why } = innermost(parsed.error.issues[0]!)
  throw new NotCarried(path.map(String).join('.'), why || undefined)
}

type Place = { readonly path: readonly PropertyKey[]; readonly message: string }

/** Where a value can have several shapes, the one that it fits best tells what is wrong. */
function innermost(issue: z.core.$ZodIssue): Place {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors.filter((errors) => errors.length > 0).map((errors) => innermost(errors[0]!))
  const deepest = inner.toSorted((a, b) => b.path.length - a.path.length)[0]
  return deepest ? { path: [...issue.path, ...deepest.path], message: deepest.message } : issue
}

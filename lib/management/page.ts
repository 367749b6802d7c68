/** Lists: `limit`, `cursor`, `q`, `sort`, `filter[field]=a,b` in; `{ data, nextCursor }` out. */
import * as z from 'zod'
import { AppError } from '#lib/platform/errors.ts'

export const maxPageSize = 200
const defaultPageSize = 50

const limit = z.coerce
  .number('Enter a whole number from 1 to 200.')
  .int('Enter a whole number from 1 to 200.')
  .min(1, 'Enter at least 1.')
  .max(maxPageSize, `Enter at most ${maxPageSize}.`)
  .default(defaultPageSize)
const cursor = z.string().min(1).max(1024).optional()
const q = z.string().trim().max(200).optional()
const filterValues = z.array(z.string().max(200)).max(100)

/** The query of a list that takes any sort and any filter; `pageQueryOf` names them and refuses others. */
export const pageQuery = z.strictObject({
  limit,
  cursor,
  q,
  sort: z.string().max(60).optional(),
  filter: z.record(z.string().max(60), filterValues).default({}),
})
export type PageQuery = z.infer<typeof pageQuery>

/**
 * The query of a list with these sorts (the first is the default; `-name` sorts downward) and these filters. A filter
 * that nobody knows is refused: ignoring it would answer more than was asked for.
 */
export function pageQueryOf<const Sort extends string, const Filter extends string>(options: {
  readonly sorts: readonly [Sort, ...Sort[]]
  readonly filters: readonly Filter[]
}) {
  const filters = Object.fromEntries(options.filters.map((name) => [name, filterValues.optional()]))
  return z.strictObject({
    limit,
    cursor,
    q,
    sort: z
      .enum(options.sorts)
      .optional()
      .transform((sort): Sort => sort ?? options.sorts[0]),
    filter: z
      .strictObject(filters)
      .optional()
      .transform((filter): Partial<Record<Filter, string[]>> => (filter ?? {}) as Partial<Record<Filter, string[]>>),
  })
}

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() })
}

export type Page<Item> = { readonly data: Item[]; readonly nextCursor: string | null }

/** Where a page ends: the sort that it belongs to, and the last row's values under it, the id last. */
export type Position = readonly (string | number | null)[]

export function encodeCursor(sort: string, position: Position): string {
  return Buffer.from(JSON.stringify([sort, ...position])).toString('base64url')
}

/** The position that a cursor stands for; a cursor of another sort or of nobody's making is refused. */
export function decodeCursor(text: string, sort: string, length: number): Position {
  const parsed = cursorContent.safeParse(jsonOf(Buffer.from(text, 'base64url').toString('utf8')))
  if (!parsed.success || parsed.data[0] !== sort || parsed.data.length !== length + 1) throw badCursor()
  return parsed.data.slice(1)
}

/**
 * The page from rows of which one more than `limit` was asked for, which tells whether there is a next page.
 * `positionOf` gives the sort values and the id of a row.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  query: { readonly limit: number; readonly sort?: string | undefined },
  shape: { readonly itemOf: (row: Row) => Item; readonly positionOf: (row: Row) => Position },
): Page<Item> {
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  const more = rows.length > query.limit && last !== undefined
  return {
    data: shown.map(shape.itemOf),
    nextCursor: more ? encodeCursor(query.sort ?? '', shape.positionOf(last)) : null,
  }
}

/** A word that nobody knows is refused: it would answer nothing and look like an answer. */
export function knownValues<Word extends string>(
  field: string,
  words: readonly Word[],
  values: readonly string[] | undefined,
): readonly Word[] | undefined {
  const known = values?.flatMap((value) => words.find((word) => word === value) ?? [])
  if (known?.length === values?.length) return known
  throw new AppError('validation_failed', 'A filter is not valid.', {
    errors: [{ field: `filter[${field}]`, message: `Use ${words.join(', ')}.` }],
  })
}

/** Text to look for by LIKE: its wildcards stand for themselves. */
export function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

// PostgreSQL refuses NUL in text; nothing that we encode holds one.
const cursorContent = z
  .array(
    z.union([
      z
        .string()
        .max(500)
        .refine((text) => !text.includes('\0')),
      z.number(),
      z.null(),
    ]),
  )
  .min(1)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function badCursor(): AppError {
  const message = 'Use the nextCursor of the previous page, with the same sort.'
  return new AppError('validation_failed', 'The cursor is not valid.', { errors: [{ field: 'cursor', message }] })
}

/** Keyset paging in Prisma's terms: rows beyond the last one seen, by one column and the id. */
import { decodeCursor, type Position } from '#lib/management/page.ts'
import { AppError } from '#lib/platform/errors.ts'

type ListQuery = { readonly cursor?: string | undefined; readonly sort: string; readonly limit: number }

export type Keyset = {
  readonly column: string
  readonly direction: 'asc' | 'desc'
  /** `where`, to be joined by AND with what else is asked. */
  readonly beyond: Record<string, unknown>
  readonly orderBy: Record<string, 'asc' | 'desc'>[]
  /** One more than the page, which tells whether there is a next one. */
  readonly take: number
}

/** `-createdAt` sorts downward. `idColumn` breaks ties and must be unique. */
export function keysetOf(query: ListQuery, idColumn: string = 'id'): Keyset {
  const direction = query.sort.startsWith('-') ? 'desc' : 'asc'
  const column = query.sort.replace(/^-/, '')
  const past = direction === 'asc' ? 'gt' : 'lt'
  return {
    column,
    direction,
    beyond:
      query.cursor === undefined ? {} : beyondOf(decodeCursor(query.cursor, query.sort, 2), column, idColumn, past),
    orderBy: column === idColumn ? [{ [idColumn]: direction }] : [{ [column]: direction }, { [idColumn]: direction }],
    take: query.limit + 1,
  }
}

/** The position of a row for the cursor: times as milliseconds. */
export function positionIn(row: Readonly<Record<string, unknown>>, sort: string, idColumn: string = 'id'): Position {
  const value = row[sort.replace(/^-/, '')]
  return [value instanceof Date ? value.getTime() : String(value), String(row[idColumn])]
}

function beyondOf([value, id]: Position, column: string, idColumn: string, past: 'gt' | 'lt'): Record<string, unknown> {
  const bound = column.endsWith('At') ? momentOf(value) : String(value)
  return { OR: [{ [column]: { [past]: bound } }, { [column]: bound, [idColumn]: { [past]: String(id) } }] }
}

// A cursor is the caller's text: one that was tampered with must not become an invalid date in a query.
function momentOf(value: string | number | null | undefined): Date {
  const moment = new Date(typeof value === 'number' ? value : Number.NaN)
  if (Number.isNaN(moment.getTime())) throw new AppError('validation_failed', 'The cursor is not valid.')
  return moment
}

/** Previous and next of a list that is paged by cursor. The way back is in the address, as the cursors one came by. Pure. */
import { withQuery } from '#components/ui/query-string.ts'

type Place = {
  readonly path: string
  /** The page's query, without `?`. */
  readonly search: string
  readonly nextCursor: string | null
}

const longestWay = 40

export function pagingLinks({ path, search, nextCursor }: Place): {
  readonly previousHref: string | null
  readonly nextHref: string | null
} {
  const query = new URLSearchParams(search)
  const cursor = query.get('cursor')
  const way = (query.get('back') ?? '').split('.').filter(Boolean)
  const linkTo = (at: string | null, back: readonly string[]) =>
    withQuery(path, search, { cursor: at, back: back.join('.') || null })
  return {
    // `-` stands for the first page, which has no cursor.
    previousHref: cursor === null ? null : linkTo(way.at(-1) === '-' ? null : (way.at(-1) ?? null), way.slice(0, -1)),
    nextHref: nextCursor === null ? null : linkTo(nextCursor, [...way, cursor ?? '-'].slice(-longestWay)),
  }
}

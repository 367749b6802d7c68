/** The query of a page's address, as Next hands it over. */
export type SearchParams = Promise<Readonly<Record<string, string | string[] | undefined>>>

type Value = string | string[] | undefined

/** Room for a cursor over long names, and for a filter with many values. */
const longest = 4_000
const mostValues = 100

/** One value, null where there is none. The same parameter twice counts as its first; PostgreSQL takes no NUL. */
export function textParam(value: Value, most: number = 200): string | null {
  const text = (Array.isArray(value) ? value[0] : value)?.replaceAll('\0', '').trim() ?? ''
  return text === '' ? null : text.slice(0, most)
}

/** The place in a list, as an earlier page gave it. */
export function cursorParam(value: Value): string | undefined {
  return textParam(value, longest) ?? undefined
}

/** `a,b` as a list; undefined where there is none. */
export function listParam(value: Value): string[] | undefined {
  const values = (textParam(value, longest) ?? '').split(',').filter(Boolean)
  return values.length > 0 ? values.slice(0, mostValues) : undefined
}

/** The filters that are set, by name. */
export function filterParams<const Name extends string>(
  params: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly Name[],
): Partial<Record<Name, string[]>> {
  const filter: Partial<Record<Name, string[]>> = {}
  for (const name of names) {
    const values = listParam(params[name])
    if (values) filter[name] = values
  }
  return filter
}

/** The whole query as text, without `?`. */
export function searchText(params: Awaited<SearchParams>): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(params)) {
    const value = textParam(params[name], longest)
    if (value !== null) query.set(name, value)
  }
  return query.toString()
}

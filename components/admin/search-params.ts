/** The query of a page's address, as Next hands it over. */
export type SearchParams = Promise<Readonly<Record<string, string | string[] | undefined>>>

/** One value, null where there is none. The same parameter twice counts as its first; PostgreSQL takes no NUL. */
export function textParam(value: string | string[] | undefined): string | null {
  const text = (Array.isArray(value) ? value[0] : value)?.replaceAll('\0', '').trim() ?? ''
  return text === '' ? null : text.slice(0, 200)
}

/** `a,b` as a list; undefined where there is none. */
export function listParam(value: string | string[] | undefined): string[] | undefined {
  const values = (textParam(value) ?? '').split(',').filter(Boolean)
  return values.length > 0 ? values : undefined
}

/** The whole query as text, without `?`. */
export function searchText(params: Awaited<SearchParams>): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(params)) {
    const value = textParam(params[name])
    if (value !== null) query.set(name, value)
  }
  return query.toString()
}

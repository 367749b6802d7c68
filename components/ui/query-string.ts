export type QueryChange = Readonly<Record<string, string | readonly string[] | null>>

/** A path with its query changed: null takes a parameter away, a list joins by comma. Paging starts anew. */
export function withQuery(path: string, search: string, change: QueryChange): string {
  const query = new URLSearchParams(search)
  query.delete('cursor')
  query.delete('back')
  for (const [name, value] of Object.entries(change)) {
    const text = value === null ? '' : typeof value === 'string' ? value : value.join(',')
    if (text === '') query.delete(name)
    else query.set(name, text)
  }
  // A comma is allowed in a query, and a person reads the address.
  const text = query.toString().replaceAll('%2C', ',')
  return text ? `${path}?${text}` : path
}

/** The next value of `sort` when a head is pressed: first its own direction, then the other. `-spent` is descending. */
export function nextSort(current: string | null, field: string, first: 'asc' | 'desc'): string {
  const [one, other] = first === 'asc' ? [field, `-${field}`] : [`-${field}`, field]
  return current === one ? other : one
}

export function sortDirection(current: string | null, field: string): 'ascending' | 'descending' | 'none' {
  if (current === field) return 'ascending'
  return current === `-${field}` ? 'descending' : 'none'
}

/** Which endpoint a path means. Pure; a handful of endpoints per mount, so a plain walk is quick. */
import type { Endpoint } from '#lib/management/endpoint.ts'

export type RouteMatch =
  | { readonly kind: 'found'; readonly endpoint: Endpoint; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong_method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' }

export const apiPrefix = '/api/v1'

/** `pathname` as the URL gives it, still percent-encoded. A literal segment wins over a parameter. */
export function matchRoute(endpoints: readonly Endpoint[], method: string, pathname: string): RouteMatch {
  const segments = segmentsOf(pathname)
  if (!segments) return { kind: 'unknown' }
  const fitting = endpoints
    .flatMap((endpoint) => {
      const params = paramsOf(endpoint.path, segments)
      return params ? [{ endpoint, params }] : []
    })
    .toSorted((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
  const [first] = fitting
  if (!first) return { kind: 'unknown' }
  const sameForm = fitting.filter(({ params }) => Object.keys(params).length === Object.keys(first.params).length)
  const asked = method === 'HEAD' ? 'GET' : method
  const found = sameForm.find(({ endpoint }) => endpoint.method === asked)
  if (found) return { kind: 'found', ...found }
  return { kind: 'wrong_method', allowed: [...new Set(sameForm.map(({ endpoint }) => endpoint.method))] }
}

function segmentsOf(pathname: string): string[] | null {
  if (pathname !== apiPrefix && !pathname.startsWith(`${apiPrefix}/`)) return null
  const raw = pathname.slice(apiPrefix.length).split('/').slice(1)
  try {
    return raw.map((segment) => decodeURIComponent(segment))
  } catch {
    return null
  }
}

function paramsOf(path: string, segments: readonly string[]): Record<string, string> | null {
  const pattern = path.split('/').slice(1)
  if (pattern.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{')) {
      // Nothing of ours has an empty or long id, and PostgreSQL refuses NUL: such a path leads nowhere.
      if (segment === '' || segment.length > 200 || /\0|\p{Surrogate}/u.test(segment)) return null
      params[part.slice(1, -1)] = segment
    } else if (part !== segment) {
      return null
    }
  }
  return params
}

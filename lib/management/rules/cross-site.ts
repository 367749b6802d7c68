/**
 * Whether a request that carries a session cookie was really made by our own pages. The cookie is SameSite=Lax already;
 * this is the second net, and it fails closed: a change without an Origin, with `null` or with somebody else's is refused.
 *
 * A POST must also be JSON or carry `x-gatehouse-csrf`: neither can be sent by a form, and a script elsewhere would have
 * to ask first (CORS preflight), which nothing here answers.
 */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a form was sent by one of our own pages. For routes that forms post to; both headers are the browser's alone. */
export function isOwnForm(request: Request, publicUrl: string): boolean {
  const site = request.headers.get('sec-fetch-site')
  // A page with a strict referrer policy says `null` here, and its browser says same-origin there.
  return site === null ? request.headers.get('origin') === new URL(publicUrl).origin : site === 'same-origin'
}

export function crossSiteProblem(request: Request, publicUrl: string): string | null {
  if (safeMethods.has(request.method)) return null
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (site !== null && site !== 'same-origin') return 'Changes must come from this portal’s own pages.'
  if (origin === null || origin !== new URL(publicUrl).origin) {
    return 'Changes must come from this portal’s own address. Automation uses an API token instead of a cookie.'
  }
  const isForm =
    request.method === 'POST' && !/^application\/([\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')
  if (isForm && !headers.get('x-gatehouse-csrf')) return 'Send JSON, or the header x-gatehouse-csrf.'
  return null
}

/**
 * The button on the sign-in page: a plain form, no script needed. next-auth wants its CSRF cookie and token first; a
 * form that our own page sent has proved the same by its Origin, so both are fetched here on its behalf.
 */
import * as z from 'zod'
import { answerAuth, authPrefix } from '#lib/identity/next-auth.ts'
import { safeNextPath } from '#lib/identity/rules/next-path.ts'
import { isOwnForm } from '#lib/management/rules/cross-site.ts'
import type { Context } from '#lib/platform/context.ts'

export async function startSignIn(context: Context, request: Request, providerId: string): Promise<Response> {
  const { publicUrl, identityProviders } = context.config
  const known = identityProviders.some(({ id }) => id === providerId)
  if (!known || !isOwnForm(request, publicUrl)) return seeOther(`${publicUrl}/sign-in`)
  const next = safeNextPath(new URLSearchParams((await request.text()).slice(0, 10_000)).get('next'))

  const issued = await answerAuth(
    context,
    new Request(`${publicUrl}${authPrefix}/csrf`, { headers: cookiesOf(request) }),
  )
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await issued.json())
  const given = issued.headers.getSetCookie()
  const response = await answerAuth(
    context,
    new Request(`${publicUrl}${authPrefix}/signin/${providerId}`, {
      method: 'POST',
      headers: {
        ...forwardedOf(request),
        cookie: [cookiesOf(request).cookie, ...given.map(nameAndValue)].filter(Boolean).join('; '),
      },
      body: new URLSearchParams({ csrfToken, callbackUrl: `${publicUrl}${next}` }),
    }),
  )
  const headers = new Headers(response.headers)
  // Both answers may set the cookie that says where to come back to: the second one knows.
  const replaced = new Set(response.headers.getSetCookie().map(nameOf))
  for (const cookie of given) if (!replaced.has(nameOf(cookie))) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

function cookiesOf(request: Request): { cookie: string } {
  return { cookie: request.headers.get('cookie') ?? '' }
}

function forwardedOf(request: Request): Record<string, string> {
  const forwarded = request.headers.get('x-forwarded-for')
  return forwarded === null ? {} : { 'x-forwarded-for': forwarded }
}

function nameAndValue(setCookie: string): string {
  return setCookie.split(';')[0] ?? ''
}

function nameOf(setCookie: string): string {
  return setCookie.split('=')[0] ?? ''
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}

/**
 * The session cookie: encrypted by next-auth, and holding no more than whose session it is. Roles and groups are read
 * from the database each time, so nothing in the cookie can be out of date, and a session can be ended on the server.
 */
import { decode } from 'next-auth/jwt'
import * as z from 'zod'
import type { Config } from '#lib/platform/config.ts'

/** What the cookie says: subject and session at the identity provider, and the id of our session row. */
export const cookieContent = z.object({ sub: z.string(), sid: z.string().nullable(), ses: z.string() })
export type CookieContent = z.infer<typeof cookieContent>

export function usesSecureCookies(config: Config): boolean {
  return config.publicUrl.startsWith('https:')
}

export function sessionCookieName(config: Config): string {
  return usesSecureCookies(config) ? '__Secure-next-auth.session-token' : 'next-auth.session-token'
}

/** The id of the session row that a Cookie header names; null where it is missing, altered or out of date. */
export async function sessionIdOf(cookieHeader: string | null, config: Config): Promise<string | null> {
  const token = cookieHeader === null ? null : cookieValue(cookieHeader, sessionCookieName(config))
  if (!token || token.length > 4096) return null
  try {
    const content = cookieContent.safeParse(await decode({ token, secret: config.nextauthSecret }))
    return content.success ? content.data.ses : null
  } catch {
    // Made under another secret, cut short or expired: nobody is signed in.
    return null
  }
}

function cookieValue(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return null
}

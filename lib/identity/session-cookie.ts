/**
 * The session cookie: encrypted, and holding no more than whose session it is. Roles and groups are read from the
 * database each time, so nothing in the cookie can be out of date, and a session can be ended on the server.
 */
import { EncryptJWT, jwtDecrypt } from 'jose'
import * as z from 'zod'
import type { Config } from '#lib/platform/config.ts'
import { purposeKey } from '#lib/platform/crypto.ts'

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
  return (await openSessionCookie(token, config))?.ses ?? null
}

export async function sealSessionCookie(
  content: CookieContent,
  maxAgeSeconds: number,
  config: Config,
): Promise<string> {
  return new EncryptJWT(content)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setExpirationTime(`${maxAgeSeconds} seconds`)
    .encrypt(cookieKey(config))
}

export async function openSessionCookie(token: string, config: Config): Promise<CookieContent | null> {
  try {
    const { payload } = await jwtDecrypt(token, cookieKey(config), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return cookieContent.safeParse(payload).data ?? null
  } catch {
    // Made under another secret, cut short or expired: nobody is signed in.
    return null
  }
}

// A key of its own, so that nothing else that next-auth encrypts under its secret opens as a session.
function cookieKey(config: Config): Uint8Array {
  return purposeKey(Buffer.from(config.nextauthSecret), 'session-cookie')
}

function cookieValue(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return null
}

/**
 * The ID token is kept for one purpose, the hint at sign-out, and is sealed meanwhile: it names a person and their
 * groups, and a stolen table must not hold it.
 */
import { open, purposeKey, seal } from '#lib/platform/crypto.ts'

export function sealIdToken(idToken: string, masterKey: Buffer, sessionId: string): string {
  return seal(purposeKey(masterKey, 'session-id-token'), Buffer.from(idToken), sessionId).toString('base64')
}

/** Null where it was sealed under another master key: signing out works without the hint. */
export function openIdToken(box: string, masterKey: Buffer, sessionId: string): string | null {
  try {
    return open(purposeKey(masterKey, 'session-id-token'), Buffer.from(box, 'base64'), sessionId).toString('utf8')
  } catch {
    return null
  }
}

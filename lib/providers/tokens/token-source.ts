/** How credentials that are not shown themselves become the tokens that are. */
import type { Dispatcher } from 'undici'

export type AccessToken = { readonly text: string; readonly expiresAtMs: number }

export type Asking = {
  readonly poolFor: (origin: string) => Dispatcher
  readonly nowMs: number
  /** Ends the exchange wherever it is. */
  readonly signal: AbortSignal
}

/** The token endpoint has turned the credential down; anything else that is thrown says nothing about the credential. */
export class CredentialRefused extends Error {}

export type ReadCredential = {
  /** For an administrator; nothing secret. */
  readonly account: string
  exchange(asking: Asking): Promise<AccessToken>
}

export type TokenSource = {
  /** Whether it has to be exchanged here; what does not is shown as it is. */
  takes(credential: string): boolean
  /** Throws an error whose message names the field that is wrong and never its value. */
  read(credential: string): ReadCredential
}

/** What is wrong with a credential as it was entered, or null. Says nothing of what is in it. */
export function problemOf(source: TokenSource, credential: string): string | null {
  try {
    if (isJson(credential)) source.read(credential)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Keys and tokens have no braces. */
export function isJson(credential: string): boolean {
  return /^\s*\{/.test(credential)
}

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
  /** Where it is read from before it is exchanged, if it stands at an address. */
  readonly readFrom?: URL | undefined
  exchange(asking: Asking): Promise<AccessToken>
}

export type TokenSource = {
  /** Whether it has to be exchanged here; what does not is shown as it is. */
  takes(credential: string): boolean
  /** Throws an error whose message names the field that is wrong and never its value. */
  read(credential: string): ReadCredential
}

/**
 * Reads a credential; throws as `read` does. An administrator of the portal could have the gateway ask any address that it
 * can reach, such as a metadata server: it asks only those that whoever runs it has listed, at these very paths.
 */
export function readAllowed(
  source: TokenSource,
  credential: string,
  identityTokenUrls: readonly string[],
): ReadCredential {
  const read = source.read(credential)
  const { readFrom } = read
  if (!readFrom || identityTokenUrls.includes(readFrom.origin + readFrom.pathname)) return read
  throw new Error('credential_source.url: is asked only where GATEHOUSE_IDENTITY_TOKEN_URLS lists it')
}

/** What is wrong with a credential as it was entered, or null. Says nothing of what is in it. */
export function problemOf(
  source: TokenSource,
  credential: string,
  identityTokenUrls: readonly string[],
): string | null {
  try {
    if (isJson(credential)) readAllowed(source, credential, identityTokenUrls)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Keys and tokens have no braces. */
export function isJson(credential: string): boolean {
  return /^\s*\{/.test(credential)
}

/** Access tokens of this process, by the credentials that they were got for: each is fetched once and kept while it holds. */
import type { Dispatcher } from 'undici'
import { entraTokens } from '#lib/providers/azure/entra-tokens.ts'
import {
  CredentialRefused,
  readAllowed,
  type AccessToken,
  type ReadCredential,
  type TokenSource,
} from '#lib/providers/tokens/token-source.ts'
import { googleTokens } from '#lib/providers/vertex/google-tokens.ts'

/** Why there is none. `isRefused`: the credential itself was turned down, so asking again does not help. */
export type NoToken = { readonly isRefused: boolean }

export type AccessTokens = {
  /** What is shown to the provider: the credential itself or its token, at once where it is known. Never rejects. */
  of(credential: string): string | Promise<string | NoToken>
  /** The provider does not take this credential's token any more. */
  forget(credential: string): void
}

type AccessTokenPorts = {
  readonly poolFor: (origin: string) => Dispatcher
  readonly nowMs: () => number
  /** For an administrator; holds nothing secret. */
  readonly warn: (account: string, problem: string) => void
  readonly timeoutMs?: number
  /** Where identity tokens may be read; nowhere unless it is said. */
  readonly identityTokenUrls?: readonly string[]
}

/** A credential tells by its own form whose it is; where it was entered, it was refused to any other kind of provider. */
const sources: readonly TokenSource[] = [entraTokens, googleTokens]

/** A token is not shown for so long before its end: calls that begin with it must arrive with it. */
const beforeExpiryMs = 60_000
/** A call may have to wait for it twice. */
const defaultTimeoutMs = 5_000

export function createAccessTokens(ports: AccessTokenPorts): AccessTokens {
  const { poolFor, nowMs, warn, timeoutMs = defaultTimeoutMs, identityTokenUrls = [] } = ports
  const tokens = new Map<string, AccessToken>()
  const flights = new Map<string, Promise<string | NoToken>>()

  async function fetchToken(credential: string, source: TokenSource): Promise<string | NoToken> {
    let account = 'unreadable credential'
    try {
      const read = readIt(credential, source, identityTokenUrls)
      account = read.account
      const token = await read.exchange({ poolFor, nowMs: nowMs(), signal: AbortSignal.timeout(timeoutMs) })
      forgetOld()
      tokens.set(credential, token)
      return token.text
    } catch (error) {
      warn(account, problemOf(error))
      return { isRefused: error instanceof CredentialRefused }
    }
  }

  function forgetOld(): void {
    for (const [credential, token] of tokens) if (token.expiresAtMs <= nowMs()) tokens.delete(credential)
  }

  return {
    of(credential) {
      const source = sources.find((one) => one.takes(credential))
      if (!source) return credential
      const known = tokens.get(credential)
      if (known && nowMs() < known.expiresAtMs - beforeExpiryMs) return known.text
      let flight = flights.get(credential)
      if (!flight) {
        flight = fetchToken(credential, source).finally(() => flights.delete(credential))
        flights.set(credential, flight)
      }
      return flight
    },
    forget: (credential) => void tokens.delete(credential),
  }
}

function readIt(credential: string, source: TokenSource, identityTokenUrls: readonly string[]): ReadCredential {
  try {
    return readAllowed(source, credential, identityTokenUrls)
  } catch (error) {
    throw new CredentialRefused((error as Error).message)
  }
}

/** Errors of the connection are named by their code. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'no answer in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

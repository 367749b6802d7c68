/** Access tokens of this process, by the credentials that they were got for: each is fetched once and kept while it holds. */
import type { Dispatcher } from 'undici'
import { isExchanged, readCredential, type ExchangedCredential } from '#lib/providers/vertex/credential.ts'
import { CredentialRefused, exchangeCredential, type AccessToken } from '#lib/providers/vertex/exchange-credential.ts'

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
}

/** A token is not shown for so long before its end: calls that begin with it must arrive with it. */
const beforeExpiryMs = 60_000
/** A call may have to wait for it twice. */
const defaultTimeoutMs = 5_000

export function createAccessTokens(ports: AccessTokenPorts): AccessTokens {
  const { poolFor, nowMs, warn, timeoutMs = defaultTimeoutMs } = ports
  const tokens = new Map<string, AccessToken>()
  const flights = new Map<string, Promise<string | NoToken>>()

  async function fetchToken(credential: string): Promise<string | NoToken> {
    let account = 'unreadable credential'
    try {
      const read = readIt(credential)
      account = accountOf(read)
      const token = await exchangeCredential(read, { poolFor, nowMs: nowMs(), signal: AbortSignal.timeout(timeoutMs) })
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
      if (!isExchanged(credential)) return credential
      const known = tokens.get(credential)
      if (known && nowMs() < known.expiresAtMs - beforeExpiryMs) return known.text
      let flight = flights.get(credential)
      if (!flight) {
        flight = fetchToken(credential).finally(() => flights.delete(credential))
        flights.set(credential, flight)
      }
      return flight
    },
    forget: (credential) => void tokens.delete(credential),
  }
}

function readIt(credential: string): ExchangedCredential {
  try {
    return readCredential(credential)
  } catch (error) {
    throw new CredentialRefused((error as Error).message)
  }
}

function accountOf(credential: ExchangedCredential): string {
  return credential.kind === 'service account' ? credential.email : credential.audience
}

/** Errors of the connection are named by their code. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'no answer in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

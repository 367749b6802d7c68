/** OpenID discovery, kept for ten minutes an issuer; a failure is not kept. */
import * as z from 'zod'
import { sameIssuer } from '#lib/identity/rules/claims.ts'

const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
})
export type IssuerMetadata = z.infer<typeof metadata>

const keepMs = 10 * 60_000
const timeoutMs = 5_000
const kept = new Map<string, { readonly metadata: IssuerMetadata; readonly untilMs: number }>()

export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/** Throws where the issuer does not answer, or says that it is somebody else. */
export async function discoverIssuer(issuer: string, nowMs: number = Date.now()): Promise<IssuerMetadata> {
  const known = kept.get(issuer)
  if (known && known.untilMs > nowMs) return known.metadata
  const response = await fetch(discoveryUrl(issuer), {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new Error(`discovery of the identity provider answered ${response.status}`)
  const found = metadata.parse(await response.json())
  if (!sameIssuer(found.issuer, issuer)) throw new Error('discovery of the identity provider names another issuer')
  kept.set(issuer, { metadata: found, untilMs: nowMs + keepMs })
  return found
}

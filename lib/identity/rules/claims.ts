/**
 * What an ID token says, as far as we use it, from Okta, Entra ID and everybody else.
 *
 * Groups come from the `groups` claim; Entra's application roles (`roles`) count as groups too. Past about 200 groups
 * Entra sends none and points to Microsoft Graph instead (`_claim_names`, or `hasgroups`): then we do not know somebody's
 * groups, and guessing none would take their access away.
 */
import * as z from 'zod'

const words = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.unknown()).catch([]))

const idTokenClaims = z.object({
  iss: z.string().min(1),
  sub: z.string().min(1).max(255),
  sid: z.string().max(255).nullish().catch(null),
  name: z.string().nullish().catch(null),
  email: z.string().nullish().catch(null),
  email_verified: z.union([z.boolean(), z.stringbool()]).nullish().catch(null),
  preferred_username: z.string().nullish().catch(null),
  groups: words.optional(),
  roles: words.optional(),
  _claim_names: z.looseObject({ groups: z.unknown().optional() }).nullish().catch(null),
  hasgroups: z.unknown().optional(),
})

export type Identity = {
  readonly subject: string
  readonly idpSession: string | null
  readonly email: string
  /** Null where the issuer does not say. */
  readonly emailVerified: boolean | null
  readonly name: string
  readonly groups: readonly string[]
}

export type ReadClaims =
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly reason: 'invalid_identity' | 'no_email' | 'groups_overage' }

/** `issuer` is the configured one: a token of any other issuer is nobody's. */
export function readClaims(claims: unknown, issuer: string): ReadClaims {
  const parsed = idTokenClaims.safeParse(claims)
  if (!parsed.success || !sameIssuer(parsed.data.iss, issuer)) return { kind: 'refused', reason: 'invalid_identity' }
  const { sub, sid, name, email_verified: emailVerified, preferred_username: username } = parsed.data
  const email = normalEmail(parsed.data.email ?? '') ?? normalEmail(username ?? '')
  if (!email) return { kind: 'refused', reason: 'no_email' }
  if (hasOverage(parsed.data)) return { kind: 'refused', reason: 'groups_overage' }
  return {
    kind: 'identity',
    identity: {
      subject: sub,
      idpSession: sid ?? null,
      email,
      emailVerified: emailVerified ?? null,
      name: normalName(name ?? '') || email,
      groups: normalGroups([...(parsed.data.groups ?? []), ...(parsed.data.roles ?? [])]),
    },
  }
}

/** Issuers differ at most in a trailing slash: Auth0 ends with one, and people leave it out. */
export function sameIssuer(a: string, b: string): boolean {
  return a.replace(/\/$/, '') === b.replace(/\/$/, '')
}

/**
 * The issuer under which people and sessions are kept. The demo's listens on another port at each start, and is still
 * the same one.
 */
export function identityIssuer(provider: { readonly id: string; readonly issuer: string }): string {
  return provider.id === 'demo' ? 'urn:gatehouse:demo' : provider.issuer.replace(/\/$/, '')
}

/** Lower case, plain ASCII, one at-sign: look-alike letters and a second @ have fooled others. Null for anything else. */
export function normalEmail(text: string): string | null {
  const email = text.trim().toLowerCase()
  return email.length <= 254 && /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(email)
    ? email
    : null
}

function hasOverage(claims: z.infer<typeof idTokenClaims>): boolean {
  const pointsElsewhere = claims._claim_names?.groups !== undefined || Boolean(claims.hasgroups)
  // Application roles are complete in any case: where the company uses them, groups are not needed.
  return claims.groups === undefined && pointsElsewhere && (claims.roles?.length ?? 0) === 0
}

function normalName(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Control}\p{Surrogate}]/gu, ' ')
    .trim()
    .slice(0, 120)
}

function normalGroups(values: readonly unknown[]): string[] {
  const names = values.flatMap((value) => (typeof value === 'string' ? [value.normalize('NFC').trim()] : []))
  const usable = names.filter((name) => name !== '' && name.length <= 200 && !/[\p{Control}\p{Surrogate}]/u.test(name))
  return [...new Set(usable)].toSorted().slice(0, 2_000)
}

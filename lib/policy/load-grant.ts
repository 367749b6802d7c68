/**
 * The grant of the key that a digest stands for, compiled from PostgreSQL: the slow path behind the gateway's caches.
 *
 * One statement reads everything, versions included, so it sees one snapshot: the versions in the grant are exactly those
 * of the facts beside them. A change that commits meanwhile has a higher version, and ADMIT finds the grant stale.
 */
import * as z from 'zod'
import { keyKinds, keyStatuses } from '#lib/keys/contract.ts'
import { budgetPeriods, budgetPostures, scopeLimits, scopeTypes } from '#lib/limits/contract.ts'
import { narrowingScopes, profilePolicy, scopePolicy, type Grant } from '#lib/policy/contract.ts'
import { compileGrant, type GrantFacts } from '#lib/policy/rules/compile-grant.ts'
import { findGrantFacts, findGrantFactsOfKey, findGrantFactsOfKeys } from '#lib/policy/store.ts'
import type { Db } from '#lib/platform/db.ts'

/** Null where no live secret has this digest: unknown, or past the grace of its rotation. */
export async function loadGrant(db: Db, digest: Buffer, nowMs: number): Promise<{ readonly grant: Grant } | null> {
  const facts = await loadGrantFacts(db, digest, nowMs)
  return facts && { grant: compileGrant(facts) }
}

/** What that grant is compiled from: for saying where each value comes from. */
export async function loadGrantFacts(db: Db, digest: Buffer, nowMs: number): Promise<GrantFacts | null> {
  const row = await findGrantFacts(db, digest, nowMs)
  return row ? grantFacts.parse(row) : null
}

/** The grant of a key, for people who look at it rather than call with it. */
export async function loadGrantOfKey(db: Db, keyId: string): Promise<Grant | null> {
  const row = await findGrantFactsOfKey(db, keyId)
  return row ? compileGrant(grantFacts.parse(row)) : null
}

/** What the grants of several keys are compiled from; a key without any secret is left out. */
export async function loadGrantFactsOfKeys(db: Db, keyIds: readonly string[]): Promise<GrantFacts[]> {
  return (await findGrantFactsOfKeys(db, keyIds)).map((row) => grantFacts.parse(row))
}

const principal = z.object({ id: z.string(), name: z.string(), status: z.string() })
const named = z.object({ id: z.string(), name: z.string() })

// What the database holds as JSON is not trusted to have the right shape: a wrong one ends the load, it never opens a gate.
export const grantFacts: z.ZodType<GrantFacts> = z.object({
  key: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(keyKinds),
    status: z.enum(keyStatuses),
    statusReason: z.string().nullable(),
    expiresAtMs: z.number().nullable(),
    environment: z.string(),
    models: z.array(z.string()),
    providers: z.array(z.string()),
    regions: z.array(z.string()),
    limits: scopeLimits,
    tags: z.record(z.string(), z.string()),
    overrides: z.array(z.string()),
    grantedModels: z.array(z.string()),
    grantedProviders: z.array(z.string()),
  }),
  secret: z.object({ id: z.string(), notAfterMs: z.number().nullable() }),
  user: principal.nullable(),
  groups: z.array(z.string()),
  team: principal,
  workload: principal.nullable(),
  project: principal.nullable(),
  businessUnit: named.nullable(),
  organisation: z.object({ id: z.string(), name: z.string(), timeZone: z.string() }),
  profile: z.object({ id: z.string(), name: z.string(), version: z.number(), policy: profilePolicy }),
  costCentre: z.string().nullable(),
  layers: z.array(z.object({ type: z.enum(narrowingScopes), policy: scopePolicy })),
  scopeLimits: z.array(z.object({ type: z.enum(scopeTypes), id: z.string(), limits: scopeLimits })),
  budgets: z.array(
    z.object({
      id: z.string(),
      type: z.enum(scopeTypes),
      scopeId: z.string(),
      amountNanos: z.string(),
      period: z.enum(budgetPeriods),
      posture: z.enum(budgetPostures),
      enforceAtPercent: z.number(),
      timeZone: z.string(),
      perMember: z.boolean(),
    }),
  ),
  versions: z.array(z.tuple([z.string(), z.string()])),
})

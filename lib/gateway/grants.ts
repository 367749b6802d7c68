/**
 * Grants and the catalogue as this process knows them. Both are caches that are never trusted: every call's ADMIT
 * compares their versions with Redis, and a stale one is read again from PostgreSQL.
 *
 * Bounds: 50,000 grants and digests a process; 20,000 unknown digests for two seconds each. Loads are single-flight.
 */
import { LRUCache } from 'lru-cache'
import type { CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import { versionsInForce } from '#lib/limits/admit.ts'
import type { AdmitRules } from '#lib/limits/rule-set.ts'
import { isOfSomeModels, limitsOfModel } from '#lib/limits/rules/rules-of-model.ts'
import type { Pepper } from '#lib/platform/crypto.ts'
import { digestOf } from '#lib/keys/rules/key-text.ts'
import { RedisAwayError, withinDeadline } from '#lib/platform/redis-deadline.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { catalogSubject } from '#lib/catalog/contract.ts'
import { writeVersions } from '#lib/policy/versions.ts'

export type GrantPorts = {
  readonly redis: RedisClient
  readonly peppers: readonly Pepper[]
  /** From PostgreSQL; null when no secret has this digest. Throws when PostgreSQL does not answer. */
  readonly loadGrant: (digest: Buffer) => Promise<Grant | null>
  readonly loadCatalog: () => Promise<CatalogSnapshot>
  readonly nowMs: () => number
}

/** One key's digest under the pepper that knows it, and what it may do. */
export type Identified = { readonly digest: string; readonly grant: Grant }

export type Grants = {
  /** Throws when neither cache nor database can tell. */
  identify(keyText: string): Promise<Identified | null>
  catalog(): Promise<CatalogSnapshot>
  /** What ADMIT judges this grant's calls of a model by: the same object as long as grant and catalogue are the same. */
  rules(grant: Grant, catalog: CatalogSnapshot, model: string): AdmitRules
  inForce(grant: Grant, catalog: CatalogSnapshot): Promise<boolean>
  /** Reads grant and catalogue again and tells Redis their versions. */
  refresh(digest: string): Promise<void>
  /**
   * Grant and catalogue as PostgreSQL alone says they are, or were a second ago: what is in force while Redis cannot be
   * asked. Null when no secret has this digest. Throws when PostgreSQL does not answer.
   */
  reread(digest: string): Promise<{ readonly grant: Grant; readonly catalog: CatalogSnapshot } | null>
}

const grantTtlSeconds = 86_400
// The shape of a grant is part of its name: one that an older version compiled lacks rules that this one enforces.
const grantKey = (digest: string): string => `{gh}:grant:5:${digest}`

export function createGrants(ports: GrantPorts): Grants {
  const known = new LRUCache<string, Grant>({ max: 50_000 })
  // By the whole text, so no two keys can share an entry; only of keys that exist.
  const digests = new LRUCache<string, string>({ max: 50_000 })
  const unknown = new LRUCache<string, true>({ max: 20_000, ttl: 2_000 })
  // What was read from PostgreSQL within the last second.
  const recent = new LRUCache<string, true>({ max: 50_000, ttl: 1_000 })
  const loads = new Map<string, Promise<Grant | null>>()
  let snapshot: CatalogSnapshot | null = null
  let catalogLoad: Promise<CatalogSnapshot> | null = null

  async function find(digest: string): Promise<Grant | null> {
    const grant = known.get(digest)
    if (grant) return grant
    if (unknown.has(digest)) return null
    return (await fromRedis(digest)) ?? (await load(digest))
  }

  /** Known from another process or an earlier life; lets known keys work while PostgreSQL is down. */
  async function fromRedis(digest: string): Promise<Grant | null> {
    try {
      const text = await withinDeadline(ports.redis, () => ports.redis.get(grantKey(digest)))
      if (text === null) return null
      const grant = JSON.parse(text) as Grant
      known.set(digest, grant)
      return grant
    } catch {
      return null // PostgreSQL is asked instead; if Redis is down, ADMIT will say so.
    }
  }

  function load(digest: string): Promise<Grant | null> {
    return singleFlight(digest, async () => {
      const grant = await ports.loadGrant(Buffer.from(digest, 'base64'))
      if (!grant) {
        known.delete(digest)
        unknown.set(digest, true)
        return null
      }
      known.set(digest, grant)
      await tellRedis(digest, grant).catch((error: unknown) => {
        // Nothing passes on a version that Redis does not know: the next call tells it.
        if (!(error instanceof RedisAwayError)) throw error
      })
      return grant
    })
  }

  async function tellRedis(digest: string, grant: Grant): Promise<void> {
    const versions = grant.versions.map(([subject, version]) => ({ subject, version }))
    await withinDeadline(ports.redis, () => writeVersions(ports.redis, versions))
    const text = JSON.stringify(grant)
    await withinDeadline(ports.redis, () => ports.redis.set(grantKey(digest), text, 'EX', grantTtlSeconds))
  }

  function singleFlight(digest: string, run: () => Promise<Grant | null>): Promise<Grant | null> {
    const running = loads.get(digest)
    if (running) return running
    const started = run().finally(() => loads.delete(digest))
    loads.set(digest, started)
    return started
  }

  async function loadCatalog(): Promise<CatalogSnapshot> {
    catalogLoad ??= ports.loadCatalog().finally(() => (catalogLoad = null))
    snapshot = await catalogLoad
    return snapshot
  }

  type RulesOfGrant = {
    readonly catalog: CatalogSnapshot
    readonly versions: AdmitRules['versions']
    /** By model where some limits count some models only; else all are under `every model`. */
    readonly byModel: Map<string, AdmitRules>
    readonly differByModel: boolean
  }
  const rulesOf = new WeakMap<Grant, RulesOfGrant>()

  function rulesFor(grant: Grant, catalog: CatalogSnapshot): RulesOfGrant {
    let found = rulesOf.get(grant)
    if (found?.catalog !== catalog) {
      const versions = [...grant.versions, [catalogSubject, catalog.version] as const]
      const differByModel = grant.limits.some(isOfSomeModels)
      rulesOf.set(grant, (found = { catalog, versions, byModel: new Map(), differByModel }))
    }
    return found
  }

  function rules(grant: Grant, catalog: CatalogSnapshot, model: string): AdmitRules {
    const { versions, byModel, differByModel } = rulesFor(grant, catalog)
    const name = differByModel ? model : 'every model'
    let found = byModel.get(name)
    if (!found) {
      const { budgets, timeZone } = grant
      const limits = differByModel ? limitsOfModel(grant.limits, model) : grant.limits
      byModel.set(name, (found = { versions, limits, budgets, timeZone }))
    }
    return found
  }

  return {
    async identify(keyText) {
      const cached = digests.get(keyText)
      const candidates = cached ? [cached] : ports.peppers.map((pepper) => digestOf(keyText, pepper).toString('base64'))
      for (const digest of candidates) {
        const grant = await find(digest)
        // No version rises when the grace of a rotated secret is over: the clock alone ends it.
        if (!grant || (grant.secret.notAfterMs ?? Infinity) <= ports.nowMs()) continue
        digests.set(keyText, digest)
        return { digest, grant }
      }
      return null
    },
    catalog: async () => snapshot ?? (await loadCatalog()),
    rules,
    inForce: (grant, catalog) => versionsInForce(ports.redis, rulesFor(grant, catalog).versions),
    async refresh(digest) {
      const [catalog] = await Promise.all([loadCatalog(), load(digest)])
      const versions = [{ subject: catalogSubject, version: catalog.version }]
      await withinDeadline(ports.redis, () => writeVersions(ports.redis, versions))
    },
    async reread(digest) {
      if (!recent.has(digest)) {
        const [grant] = await Promise.all([load(digest), recent.has(catalogSubject) ? null : loadCatalog()])
        if (!grant) return null
        recent.set(digest, true)
        recent.set(catalogSubject, true)
      }
      const grant = known.get(digest)
      return grant && snapshot ? { grant, catalog: snapshot } : null
    },
  }
}

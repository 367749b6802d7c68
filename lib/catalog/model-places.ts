/** Models with the places that serve them and their prices of a moment, for those who judge calls without making them. */
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { SqlPool } from '#lib/platform/db.ts'

export type ModelPlaces = {
  readonly name: string
  readonly vendor: string
  readonly status: string
  readonly endpoints: readonly Endpoint[]
  readonly maxOutputTokens: number | null
  readonly aliases: readonly string[]
  /** The model's own in force; null where it has none. */
  readonly prices: unknown
  readonly places: readonly {
    readonly provider: string
    readonly region: string
    readonly upstreamModel: string
    /** The route's own, else the model's; null where neither had one then. */
    readonly prices: unknown
  }[]
}

/**
 * Every model with the places that serve it now, each with its price in force at `at`. Carried by
 * price(deployment_id, effective_from) and price(model_id, effective_from).
 */
export async function findModelPlaces(sql: SqlPool, at: Date): Promise<ModelPlaces[]> {
  const { rows } = await sql.query<ModelPlaces>(
    `SELECT m.name, m.vendor, m.status, m.endpoints, m.max_output_tokens AS "maxOutputTokens",
       ARRAY(SELECT a.name FROM model_alias a WHERE a.model_id = m.id) AS aliases,
       priced.nanos_per_million AS prices,
       coalesce(
         (SELECT jsonb_agg(jsonb_build_object(
            'provider', p.name, 'region', d.region, 'upstreamModel', d.upstream_model,
            'prices', coalesce(own.nanos_per_million, priced.nanos_per_million)))
          FROM deployment d
          JOIN provider p ON p.id = d.provider_id
          LEFT JOIN LATERAL (
            SELECT nanos_per_million
            FROM price
            WHERE deployment_id = d.id AND effective_from <= $1
            ORDER BY effective_from DESC, created_at DESC
            LIMIT 1
          ) AS own ON true
          WHERE d.model_id = m.id AND d.status = 'active' AND p.status = 'active'), '[]') AS places
     FROM model m
     LEFT JOIN LATERAL (
       SELECT nanos_per_million
       FROM price
       WHERE model_id = m.id AND deployment_id IS NULL AND effective_from <= $1
       ORDER BY effective_from DESC, created_at DESC
       LIMIT 1
     ) AS priced ON true
     ORDER BY m.name
     LIMIT 2000`,
    [at],
  )
  return rows
}

export type AskedPlaces = { readonly model: ModelPlaces; readonly places: ModelPlaces['places'] }

/** What a caller means by a name, as the call path resolves it; null where there is no such model. */
export function placesOf(models: readonly ModelPlaces[], asked: string): AskedPlaces | null {
  const named = (name: string) =>
    models.find((model) => model.name === name) ?? models.find(({ aliases }) => aliases.includes(name))
  const model = named(asked)
  if (model) return { model, places: model.places }
  const address = asked.startsWith('@') ? asked.slice(1) : asked
  const slash = address.indexOf('/')
  const addressed = slash < 0 ? undefined : named(address.slice(slash + 1))
  const places = addressed?.places.filter(({ provider }) => provider === address.slice(0, slash)) ?? []
  return addressed && places.length > 0 ? { model: addressed, places } : null
}

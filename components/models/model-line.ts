import { toNanos } from '#components/ui/format.ts'
import type { AccessReason, ModelView, NanosPerMillion, PriceView } from '#lib/catalog/contract.ts'

/** One model as the catalogue shows it to one person. */
export type ModelLine = {
  readonly name: string
  readonly displayName: string
  readonly aliases: readonly string[]
  readonly vendor: string
  readonly providers: readonly { readonly name: string; readonly displayName: string }[]
  readonly regions: readonly string[]
  readonly capabilities: readonly string[]
  readonly endpoints: readonly string[]
  readonly contextTokens: number | null
  readonly maxOutputTokens: number | null
  readonly status: string
  readonly retiresAtMs: number | null
  /** In force now; null where the model itself has no price, so that only routes with their own can be called. */
  readonly prices: NanosPerMillion | null
  /** Null where nobody's access was asked for. */
  readonly permission: Permission | null
  /** Every route leads to the provider simulator. */
  readonly simulated: boolean
}

export type Permission = { readonly state: 'yes' | 'no'; readonly why: string | null }

/** The management API's model as a line of the catalogue. */
export function modelLine(model: ModelView): ModelLine {
  const { deployments, access, price } = model
  const live = deployments.filter(({ status, provider }) => status === 'active' && provider.status === 'active')
  const providers = new Map(live.map(({ provider }) => [provider.name, provider]))
  return {
    ...model,
    providers: [...providers.values()].map(({ name, displayName }) => ({ name, displayName })),
    regions: [...new Set(live.map(({ region }) => region))],
    retiresAtMs: model.retiresAt === null ? null : Date.parse(model.retiresAt),
    prices: price ? nanosOf(price) : null,
    permission: access
      ? { state: access.allowed ? 'yes' : 'no', why: access.reason ? reasonWords(access.reason, access.layer) : null }
      : null,
    simulated: deployments.length > 0 && deployments.every(({ provider }) => provider.simulated),
  }
}

export function nanosOf({ usdPerMillion }: Pick<PriceView, 'usdPerMillion'>): NanosPerMillion {
  return Object.fromEntries(Object.entries(usdPerMillion).map(([unit, usd]) => [unit, Number(toNanos(usd))]))
}

/** Why a person may not call a model; `layer` is the one that says no, such as "profile Experiment". */
export function reasonWords(reason: AccessReason, layer: string | null): string {
  const who = layer ?? 'your profile'
  switch (reason) {
    case 'model_not_allowed':
      return `Not allowed by ${who}`
    case 'endpoint_not_allowed':
      return `None of its endpoints is allowed by ${who}`
    case 'provider_not_allowed':
      return `Its providers are not allowed by ${who}`
    case 'region_not_allowed':
      return `Its regions are not allowed by ${who}`
    case 'version_not_allowed':
      return `Only versions that stay are allowed by ${who}`
    case 'price_not_allowed':
      return `Dearer than ${who} allows`
    case 'quarantined':
      return 'Quarantined'
    case 'retired':
      return 'Retired'
    case 'no_price':
      return 'No price yet'
    case 'no_route':
      return 'No provider serves it'
  }
}

/** What a model takes in, in the words of the catalogue. */
export function takes({ capabilities }: Pick<ModelLine, 'capabilities'>): readonly string[] {
  return [
    'text',
    ...(capabilities.includes('vision') ? ['image'] : []),
    ...(capabilities.includes('audio') ? ['audio'] : []),
  ]
}

export const capabilityWords: Record<string, string> = {
  tools: 'Tools',
  vision: 'Images',
  json: 'JSON',
  reasoning: 'Reasoning',
  audio: 'Audio',
}

export function capabilityWord(capability: string): string {
  return capabilityWords[capability] ?? capability
}

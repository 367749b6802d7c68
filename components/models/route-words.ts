import type { ModelView } from '#lib/catalog/contract.ts'

export type Route = ModelView['deployments'][number]

/** `OpenAI, EU`: which of a model's routes it is. */
export function routeName({ provider, region }: Pick<Route, 'provider' | 'region'>): string {
  return `${provider.displayName}, ${region.toUpperCase()}`
}

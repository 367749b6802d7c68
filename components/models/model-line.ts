import type { NanosPerMillion } from '#lib/catalog/contract.ts'

/** One model as the catalogue shows it to one person. */
export type ModelLine = {
  readonly name: string
  readonly displayName: string
  readonly vendor: string
  readonly providers: readonly { readonly name: string; readonly displayName: string }[]
  readonly regions: readonly string[]
  readonly capabilities: readonly string[]
  readonly endpoints: readonly string[]
  readonly contextTokens: number | null
  readonly maxOutputTokens: number | null
  readonly status: string
  readonly retiresAtMs: number | null
  /** In force now; null where the model has no price and so cannot be called. */
  readonly prices: NanosPerMillion | null
  readonly permission: Permission
  /** Half of the calls of the last day saw their first token within this time. */
  readonly firstTokenMs: number | null
}

export type Permission = { readonly state: 'yes' | 'no'; readonly why: string | null }

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

/** What a layer allows, in words. Pure. */
import { endpointWords } from '#components/models/endpoint-words.ts'
import type { NarrowingScope, ScopePolicy } from '#lib/policy/contract.ts'

export const scopeWords: Readonly<Record<NarrowingScope, string>> = {
  organisation: 'Organisation',
  team: 'Team',
  project: 'Project',
}

/** One sentence a part that it speaks of. */
export function layerSentences({ models, providers, regions, endpoints, cidr }: ScopePolicy): string[] {
  return [
    models && `models ${listWords(models)}`,
    providers && `providers ${listWords(providers)}`,
    regions && `regions ${listWords(regions)}`,
    endpoints && `endpoints ${endpoints.map((each) => endpointWords[each]).join(', ') || 'none'}`,
    cidr && `calls from ${listWords({ allow: cidr.allow, deny: [] })}`,
  ].filter((words) => words !== null)
}

function listWords({ allow, deny }: { readonly allow: readonly string[]; readonly deny: readonly string[] }): string {
  const allowed = allow.includes('*') ? 'all' : allow.join(', ') || 'none'
  return deny.length > 0 ? `${allowed} but ${deny.join(', ')}` : allowed
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveModel } from '#lib/catalog/rules/resolve-model.ts'
import type { CatalogModel, CatalogProvider } from '#lib/catalog/snapshot.ts'

function aProvider(name: string): CatalogProvider {
  return {
    id: name,
    name,
    kind: 'openai',
    baseUrl: '',
    simulated: true,
    status: 'active',
    timeouts: {},
    credentials: [],
  }
}

function aModel(name: string, providers: readonly string[]): CatalogModel {
  return {
    id: `model_${name}`,
    name,
    displayName: name,
    vendor: 'test',
    endpoints: ['chat'],
    capabilities: [],
    contextTokens: null,
    maxOutputTokens: null,
    status: 'active',
    retiresAtMs: null,
    createdAtMs: 0,
    deployments: providers.map((provider) => ({
      id: `depl_${name}_${provider}`,
      provider: aProvider(provider),
      upstreamModel: name,
      region: 'eu',
      rank: 0,
      weight: 1,
      status: 'active',
      prices: [],
    })),
    prices: [],
  }
}

const mini = aModel('gpt-4o-mini', ['openai', 'openai-eu'])
const llama = aModel('meta/llama-3', ['meta', 'groq'])
const plainLlama = aModel('llama-3', ['meta'])
const models = [mini, llama, plainLlama]
const catalog = {
  models: new Map(models.map((model) => [model.name, model])),
  aliases: new Map([
    ['fast', mini],
    ['openai/fast', llama],
  ]),
  providers: new Map(['openai', 'openai-eu', 'meta', 'groq', 'idle'].map((name) => [name, aProvider(name)])),
}

function read(asked: string): [string, string | null] | null {
  const resolved = resolveModel(catalog, asked)
  return resolved && [resolved.model.name, resolved.providerName]
}

describe('a name that is asked for', () => {
  test.each<[string, string, string | null]>([
    ['gpt-4o-mini', 'gpt-4o-mini', null],
    ['fast', 'gpt-4o-mini', null],
    ['openai-eu/gpt-4o-mini', 'gpt-4o-mini', 'openai-eu'],
    ['@openai-eu/gpt-4o-mini', 'gpt-4o-mini', 'openai-eu'],
    ['openai-eu/fast', 'gpt-4o-mini', 'openai-eu'],
    // What is a name is no address, though there is a provider meta that serves a llama-3.
    ['meta/llama-3', 'meta/llama-3', null],
    ['openai/fast', 'meta/llama-3', null],
    ['@meta/llama-3', 'llama-3', 'meta'],
    ['groq/meta/llama-3', 'meta/llama-3', 'groq'],
    ['@groq/meta/llama-3', 'meta/llama-3', 'groq'],
  ])('%s is %s at %s', (asked, model, provider) => expect(read(asked)).toEqual([model, provider]))

  test.each([
    '',
    '/',
    '@',
    '@/',
    'gpt-4o',
    'GPT-4o-mini',
    'gpt-4o-mini ',
    '@gpt-4o-mini',
    '/gpt-4o-mini',
    '@/gpt-4o-mini',
    'openai/',
    'openai//gpt-4o-mini',
    'azure/gpt-4o-mini',
    '@azure/gpt-4o-mini',
    '@@openai/gpt-4o-mini',
    'OpenAI/gpt-4o-mini',
    'idle/gpt-4o-mini',
    'groq/llama-3',
    'openai/openai/gpt-4o-mini',
    '__proto__',
    'openai/__proto__',
  ])('%j is no model', (asked) => expect(read(asked)).toBeNull())

  test('never leads to a model that the catalogue has not, nor to a provider that does not serve it', () => {
    const part = fc.oneof(
      fc.constantFrom('@', '/', ...catalog.models.keys(), ...catalog.aliases.keys(), ...catalog.providers.keys()),
      fc.string({ maxLength: 3 }),
    )
    const asked = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(asked, (name) => {
        const resolved = resolveModel(catalog, name)
        if (!resolved) return
        const { model, providerName } = resolved
        expect(models).toContain(model)
        const serving = model.deployments.map(({ provider }) => provider.name)
        expect([null, ...serving]).toContain(providerName)
      }),
      { numRuns: 2_000 },
    )
  })
})

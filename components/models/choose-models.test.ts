import { describe, expect, test } from 'vitest'
import { chooseModels, countViews, readModelQuery } from '#components/models/choose-models.ts'
import type { ModelLine } from '#components/models/model-line.ts'

const size = { tokensIn: 1000, tokensOut: 100 }
const model = (name: string, given: Partial<ModelLine> = {}): ModelLine => ({
  name,
  displayName: name,
  aliases: [],
  vendor: 'openai',
  providers: [{ name: 'openai', displayName: 'OpenAI' }],
  regions: ['us'],
  capabilities: ['tools'],
  endpoints: ['chat'],
  contextTokens: 128_000,
  maxOutputTokens: null,
  status: 'active',
  retiresAtMs: null,
  prices: { input: 1_000_000_000, output: 2_000_000_000 },
  permission: { state: 'yes', why: null },
  simulated: false,
  ...given,
})
const dear = model('dear', { prices: { input: 9_000_000_000, output: 9_000_000_000 }, regions: ['us', 'eu'] })
const cheap = model('cheap', { contextTokens: 8_192, aliases: ['fast'] })
const unpriced = model('preview', { prices: null, permission: { state: 'no', why: 'No price yet' } })
const catalogue = [unpriced, dear, cheap]
const names = (asked: Record<string, string>) =>
  chooseModels(catalogue, readModelQuery(asked), size).map(({ name }) => name)

describe('the models on the page', () => {
  test('come cheapest first, and what has no price comes last', () => {
    expect(names({})).toEqual(['cheap', 'dear', 'preview'])
  })

  test('what has no price comes last in the other direction too', () => {
    expect(names({ sort: '-cost' })).toEqual(['dear', 'cheap', 'preview'])
  })

  test.each([
    [{ q: 'DEA' }, ['dear']],
    [{ q: 'fas' }, ['cheap']],
    [{ region: 'eu' }, ['dear']],
    [{ context: '100000' }, ['dear', 'preview']],
    [{ can: 'vision' }, []],
    [{ provider: 'anthropic' }, []],
    [{ view: 'mine' }, ['cheap', 'dear']],
    [{ view: 'closed' }, ['preview']],
    [{ view: 'everything', context: 'large', sort: 'colour' }, ['cheap', 'dear', 'preview']],
  ])('%o shows %o', (asked, expected) => {
    expect(names(asked)).toEqual(expected)
  })

  test('views are counted over the whole catalogue', () => {
    expect(countViews(catalogue)).toEqual({ all: 3, mine: 2, closed: 1, ending: 0 })
  })
})

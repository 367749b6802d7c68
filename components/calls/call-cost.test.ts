import { describe, expect, test } from 'vitest'
import { costWords, unpricedWords, type CostFacts } from '#components/calls/call-cost.ts'
import { receiptSentence } from '#components/calls/receipt-sentence.ts'

describe('what a call cost', () => {
  test.each<[string, CostFacts]>([
    ['$0.0638', { costUsd: '0.0638', unpriced: [] }],
    ['$0', { costUsd: '0', unpriced: [] }],
    ['not priced', { costUsd: '0', unpriced: ['input', 'output'] }],
    ['$0.0638 and what is not priced', { costUsd: '0.0638', unpriced: ['audio_output'] }],
  ])('is told as %s', (words, facts) => {
    expect(costWords(facts)).toBe(words)
  })

  test('names what has no price', () => {
    expect(unpricedWords({ unpriced: ['input'] })).toBe('No price for input')
    expect(unpricedWords({ unpriced: ['input', 'cached_read', 'output'] })).toBe(
      'No price for input, input from cache and output',
    )
  })

  test('is never $0 in the sentence of a receipt where it has no price', () => {
    const facts: Parameters<typeof receiptSentence>[0] = {
      outcome: 'served',
      model: 'house/large',
      key: { id: 'key_1', name: 'ranker' },
      costUsd: '0',
      unpriced: ['input'],
      estimated: true,
      tokens: { input: 12, cachedRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      timing: { admittedMs: null, firstByteMs: null, totalMs: 9 },
      attempts: [],
    }
    expect(receiptSentence(facts).lede).toBe('house/large answered ranker at a cost that is not known')
    expect(receiptSentence({ ...facts, outcome: 'cut' }).lede).toMatch(/broke, at a cost that is not known$/)
  })
})

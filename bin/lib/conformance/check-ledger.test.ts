import { describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { ledgerDifference, type LedgerRow } from './check-ledger.ts'

const call = (usage: Partial<CallEntry['usage']> = {}, finished: CallEntry['finished'] = 'done'): CallEntry => ({
  id: 'sim-1',
  at: 0,
  provider: 'anthropic',
  path: '/anthropic/v1/messages',
  model: 'claude-sonnet-4-5',
  stream: false,
  usage: used(usage),
  finished,
  headers: {},
})

function used(usage: Partial<CallEntry['usage']>): CallEntry['usage'] {
  return {
    prompt_tokens: 50,
    completion_tokens: 10,
    total_tokens: 60,
    cached_tokens: 20,
    cache_write_tokens: 5,
    reasoning_tokens: 0,
    ...usage,
  }
}

const cost = 25n * 3001n + 20n * 307n + 5n * 3761n + 10n * 15_013n

const row = (differences: Partial<LedgerRow> = {}): LedgerRow => ({
  keyId: 'key_1',
  outcome: 'served',
  model: 'claude-sonnet-4-5',
  provider: 'anthropic',
  tokens: { input: 25, cached_read: 20, cache_write_5m: 5, output: 10 },
  costNanos: cost,
  estimated: false,
  ...differences,
})

test('a ledger that has what was produced, at its price, has no difference', () => {
  expect(ledgerDifference([row()], [call()], 'exact')).toBeNull()
})

test('what a cache keeps for an hour has a price of its own', () => {
  const tokens = { input: 25, cached_read: 20, cache_write_1h: 5, output: 10 }
  const dearer = cost + 5n * (6007n - 3761n)
  expect(ledgerDifference([row({ tokens, costNanos: dearer })], [call()], 'exact')).toBeNull()
})

describe('what is billed in other units', () => {
  const none = { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, cache_write_tokens: 0 }
  test.each<[string, string, Partial<CallEntry>, CallEntry['usage'], LedgerRow['tokens'], bigint]>([
    ['dall-e-3', 'pictures', {}, used({ ...none, images: 2 }), { images: 2 }, 2n * 40_000_003n],
    ['tts-1', 'characters', {}, used({ ...none, characters: 21 }), { characters: 21 }, 21n * 15_013n],
    ['whisper-1', 'seconds', {}, used({ ...none, seconds: 3 }), { seconds: 3 }, 3n * 100_003n],
    [
      'gpt-4o-transcribe',
      'tokens of sound',
      {},
      used({ ...none, prompt_tokens: 32, audio_tokens: 30, completion_tokens: 6 }),
      { input: 2, audio_input: 30, output: 6 },
      2n * 2503n + 30n * 6007n + 6n * 10_009n,
    ],
    [
      'gpt-image-1.5',
      'tokens of pictures',
      { path: '/openai/v1/images/generations' },
      used({ ...none, prompt_tokens: 4, completion_tokens: 90 }),
      { input: 4, image_output: 90 },
      4n * 5003n + 90n * 32_003n,
    ],
  ])('of %s has %s, at their price', (model, _what, entry, usage, tokens, costNanos) => {
    const journal = [{ ...call(), model, ...entry, usage }]
    expect(ledgerDifference([row({ model, tokens, costNanos })], journal, 'exact')).toBeNull()
    const otherwise = Object.fromEntries(Object.entries(tokens).map(([unit, quantity]) => [unit, quantity + 1]))
    expect(ledgerDifference([row({ model, tokens: otherwise, costNanos })], journal, 'exact')).not.toBeNull()
    expect(ledgerDifference([row({ model, tokens, costNanos: costNanos + 1n })], journal, 'exact')).not.toBeNull()
  })
})

test.each<[string, LedgerRow[], CallEntry[]]>([
  ['ledger.calls', [], [call()]],
  ['ledger.calls', [row(), row()], [call()]],
  ['ledger.input', [row({ tokens: { input: 45, output: 10 } })], [call()]],
  ['ledger.output', [row({ tokens: { ...row().tokens, output: 11 } })], [call()]],
  ['ledger.estimated', [row({ estimated: true })], [call()]],
  ['ledger.costNanos', [row({ costNanos: cost + 1n })], [call()]],
])('%s is named where it differs', (path, rows, journal) => {
  expect(ledgerDifference(rows, journal, 'exact')?.path).toBe(path)
})

test('failed and refused calls cost nothing', () => {
  const failed = row({ outcome: 'failed', tokens: {}, costNanos: 0n })
  expect(ledgerDifference([failed], [call({}, 'error')], 'exact')).toBeNull()
  expect(
    ledgerDifference([row({ outcome: 'failed', tokens: {}, costNanos: 1n })], [call({}, 'error')], 'exact'),
  ).not.toBeNull()
})

test('of a call that ended early the ledger says so', () => {
  expect(ledgerDifference([row({ outcome: 'aborted', estimated: true })], [call({}, 'aborted')], 'cut')).toBeNull()
  expect(ledgerDifference([row()], [call({}, 'aborted')], 'cut')?.path).toBe('ledger.outcome')
})

test('of a call whose wire tells no usage the ledger says that it estimates', () => {
  const guess = row({ tokens: { input: 99 }, costNanos: 99n * 3001n, estimated: true })
  expect(ledgerDifference([guess], [call()], 'estimated')).toBeNull()
  expect(ledgerDifference([row()], [call()], 'estimated')?.path).toBe('ledger.estimated')
})

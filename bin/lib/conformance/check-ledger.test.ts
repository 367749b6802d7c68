import { expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { ledgerDifference, type LedgerRow } from './check-ledger.ts'

const call = (usage: Partial<CallEntry['usage']> = {}, finished: CallEntry['finished'] = 'done'): CallEntry => ({
  id: 'sim-1',
  at: 0,
  provider: 'anthropic',
  path: '/anthropic/v1/messages',
  model: 'claude-sonnet-4-5',
  stream: false,
  usage: {
    prompt_tokens: 50,
    completion_tokens: 10,
    total_tokens: 60,
    cached_tokens: 20,
    cache_write_tokens: 5,
    reasoning_tokens: 0,
    ...usage,
  },
  finished,
  headers: {},
})

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

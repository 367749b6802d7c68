import { expect, test } from 'vitest'
import { interruptedEvent } from '#lib/limits/sweep.ts'
import { holdDraft } from '#lib/ledger/contract.ts'

test('a call with sound in it that nobody finished is charged for what it probably used, not for its prompt', () => {
  const draft = holdDraft.parse({
    event: {
      v: 1,
      id: 'call_1',
      at: 0,
      outcome: 'refused',
      status: 0,
      endpoint: 'speech',
      decision: { id: 'dec_1', promptBytes: null },
      timing: { totalMs: 0 },
    },
    prices: { characters: 15_000_000_000 },
    promptTokensEstimate: 5,
    likely: { characters: 20 },
  })
  expect(interruptedEvent(draft, 0, 10)).toMatchObject({
    outcome: 'interrupted',
    tokens: { characters: 20 },
    costNanos: '300000',
    estimated: true,
  })
})

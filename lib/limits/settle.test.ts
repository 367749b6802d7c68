import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { units, type TokenVector } from '#lib/catalog/contract.ts'
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import { holdDraft, usageEvent, type PriceLine } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { adjustmentOf } from '#lib/limits/settle.ts'
import { interruptedEvent } from '#lib/limits/sweep.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const prices = { input: 150_000_000, cached_read: 75_000_000, output: 600_000_000 }
const nowMs = Date.now()

function costing(tokens: TokenVector) {
  const { costNanos, lines } = priceCall(tokens, prices)
  return { tokens, costNanos: costNanos.toString(), priceLines: lines }
}

describe('an adjustment', () => {
  const truth = anEvent({ at: nowMs, ...costing({ input: 100, cached_read: 20, output: 50 }) })

  test('is the signed difference between what is true and what was booked', () => {
    const booked = anEvent({
      id: truth.id,
      at: nowMs,
      outcome: 'interrupted',
      estimated: true,
      ...costing({ input: 110, output: 20 }),
    })
    expect(adjustmentOf(truth, booked)).toEqual({
      ...truth,
      id: truth.id.replace('call_', 'adj_'),
      kind: 'adjustment',
      adjusts: truth.id,
      tokens: { input: -10, cached_read: 20, output: 30 },
      costNanos: String(-10 * 150 + 20 * 75 + 30 * 600),
      priceLines: [
        { unit: 'input', quantity: -10, nanosPerMillion: 150_000_000 },
        { unit: 'cached_read', quantity: 20, nanosPerMillion: 75_000_000 },
        { unit: 'output', quantity: 30, nanosPerMillion: 600_000_000 },
      ],
    })
  })

  test('of a right estimate is nothing, and of nothing is the truth', () => {
    expect(adjustmentOf(truth, truth)).toMatchObject({ tokens: {}, costNanos: '0', priceLines: [] })
    expect(adjustmentOf(truth, {})).toMatchObject({
      tokens: truth.tokens,
      costNanos: truth.costNanos,
      priceLines: truth.priceLines,
    })
  })

  test('between two prices takes one away and adds the other', () => {
    const lines: PriceLine[] = [{ unit: 'input', quantity: 100, nanosPerMillion: 1_000_000 }]
    const dearer = [{ ...lines[0]!, nanosPerMillion: 2_000_000 }]
    expect(adjustmentOf({ ...truth, priceLines: dearer }, { priceLines: lines }).priceLines).toEqual([
      { unit: 'input', quantity: 100, nanosPerMillion: 2_000_000 },
      { unit: 'input', quantity: -100, nanosPerMillion: 1_000_000 },
    ])
  })

  const vector = fc.dictionary(fc.constantFrom(...units), fc.nat(1_000_000))

  test('and what was booked add up to the truth, token by token and nano by nano, and the ledger takes both', () => {
    fc.assert(
      fc.property(vector, vector, (used, estimated) => {
        const event = anEvent({ at: nowMs, ...costing(used) })
        const booked = anEvent({ id: event.id, at: nowMs, ...costing(estimated) })
        const adjustment = adjustmentOf(event, booked)
        for (const unit of units) {
          expect((booked.tokens[unit] ?? 0) + (adjustment.tokens?.[unit] ?? 0)).toBe(event.tokens[unit] ?? 0)
        }
        expect(BigInt(booked.costNanos) + BigInt(adjustment.costNanos!)).toBe(BigInt(event.costNanos))
        const inLines =
          adjustment.priceLines!.reduce((sum, line) => sum + line.quantity * line.nanosPerMillion, 0) / 1e6
        // Each side is rounded by itself, so their difference may be one nano off the lines.
        expect(Math.abs(inLines - Number(adjustment.costNanos))).toBeLessThanOrEqual(1)
        for (const entry of [booked, adjustment]) expect(readEntry(JSON.stringify(entry), nowMs).kind).toBe('event')
      }),
    )
  })
})

describe('the event of a call whose gateway died', () => {
  const planned = usageEvent.parse(
    anEvent({ at: nowMs - 9_000, outcome: 'refused', status: 0, tokens: {}, costNanos: '0', priceLines: [] }),
  )
  const draft = holdDraft.parse({ event: planned, prices, promptTokensEstimate: 40 })

  test('is estimated from the prompt and the output seen last, and priced as it was planned', () => {
    expect(interruptedEvent(draft, 25, nowMs)).toEqual({
      ...planned,
      outcome: 'interrupted',
      status: 502,
      errorCode: 'gateway_interrupted',
      ...costing({ input: 40, output: 25 }),
      estimated: true,
      estimatedWhy: 'the gateway stopped before the call ended',
      timing: { ...planned.timing, totalMs: 9_000 },
    })
  })

  test('before any output is charged for its prompt', () => {
    expect(interruptedEvent(draft, 0, nowMs)).toMatchObject({ tokens: { input: 40 }, costNanos: String(40 * 150) })
  })

  test('never ends before it began, whatever the clocks say', () => {
    expect(interruptedEvent(draft, 0, nowMs - 60_000).timing.totalMs).toBe(0)
  })

  test('is one that the ledger takes', () => {
    fc.assert(
      fc.property(fc.nat(), (seen) => {
        expect(readEntry(JSON.stringify(interruptedEvent(draft, seen, nowMs)), nowMs).kind).toBe('event')
      }),
    )
  })
})

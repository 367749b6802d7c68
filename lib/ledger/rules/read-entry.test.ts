import { describe, expect, test } from 'vitest'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const now = Date.UTC(2026, 10, 21, 12)
const read = (event: unknown) => readEntry(JSON.stringify(event), now)

describe('a stream entry', () => {
  test('becomes a row with its three token counts', () => {
    const reading = read(anEvent({ at: now, tokens: { input: 7, cached_read: 3, output: 2 } }))
    expect(reading).toMatchObject({
      kind: 'event',
      row: { at: '2026-11-21T12:00:00.000Z', inputTokens: 7, cachedTokens: 3, outputTokens: 2 },
    })
  })

  test('keeps facts of a newer gateway that this worker does not know', () => {
    const event = anEvent({ at: now })
    const reading = read({ ...event, timing: { ...event.timing, queuedMs: 3 } })
    expect(reading).toMatchObject({ kind: 'event', row: { timing: { queuedMs: 3 } } })
  })

  test('may take tokens away when it is an adjustment, and only then', () => {
    const tokens = { input: -5 }
    expect(read(anEvent({ at: now, kind: 'adjustment', adjusts: 'call_x', tokens })).kind).toBe('event')
    expect(read(anEvent({ at: now, tokens })).kind).toBe('invalid')
    expect(read(anEvent({ at: now, costNanos: '-1' })).kind).toBe('invalid')
  })

  test('has what PostgreSQL cannot store replaced: NUL, and half a surrogate pair', () => {
    const text = JSON.stringify(anEvent({ at: now, modelAsked: 'gpt\0', userAgent: 'HALF' })).replace('HALF', '\\ud800')
    expect(readEntry(text, now)).toMatchObject({
      kind: 'event',
      row: { modelAsked: 'gpt\u{FFFD}', userAgent: '\u{FFFD}' },
    })
  })

  test('may leave out what a call does not have', () => {
    const { id } = anEvent({ at: now })
    const least = {
      v: 1,
      id,
      at: now,
      outcome: 'refused',
      status: 401,
      endpoint: 'chat',
      decision: { id: 'dec_x' },
      timing: { totalMs: 1 },
    }
    expect(read(least)).toMatchObject({
      kind: 'event',
      row: { keyId: null, tokens: {}, costNanos: '0', attempts: [], tags: {}, decision: { id: 'dec_x' } },
    })
  })

  test.each([
    ['no field', undefined],
    ['no JSON', '{"v":1,'],
  ])('that nobody can read is told apart: %s', (_title, text) => {
    expect(readEntry(text, now).kind).toBe('unreadable')
  })

  test.each<[string, object]>([
    ['another version', { v: 2 }],
    ['a time far away', { at: now + 30 * 86_400_000 }],
    ['a cost beyond 64 bits', { costNanos: '9999999999999999999' }],
    ['a status beyond 32 bits', { status: 99_999_999_999 }],
    ['absurd tokens', { tokens: { input: 1e308 } }],
    ['an outcome that nobody knows', { outcome: 'lost' }],
  ])('that this worker does not understand is invalid: %s', (_title, difference) => {
    expect(read({ ...anEvent({ at: now }), ...difference }).kind).toBe('invalid')
  })

  test.each(['null', '[]', '1', '"text"'])('of another shape is invalid: %s', (text) => {
    expect(readEntry(text, now).kind).toBe('invalid')
  })
})

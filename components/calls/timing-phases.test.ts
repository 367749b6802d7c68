import { describe, expect, test } from 'vitest'
import { timingPhases } from '#components/calls/timing-phases.ts'

describe('where the time of a call went', () => {
  test('a stream has admission, the wait for its first token and the stream', () => {
    const phases = timingPhases({ admittedMs: 1, firstByteMs: 641, totalMs: 4100 }, true)
    expect(phases.map(({ label, ms }) => [label, ms])).toEqual([
      ['Admission', 1],
      ['To first token', 640],
      ['Stream', 3459],
    ])
  })

  test('the steps add up to the whole', () => {
    const phases = timingPhases({ admittedMs: 3, firstByteMs: 20, totalMs: 21 }, false)
    expect(phases.reduce((sum, { ms }) => sum + ms, 0)).toBe(21)
  })

  test('a refused call was never let through', () => {
    const phases = timingPhases({ admittedMs: null, firstByteMs: null, totalMs: 2 }, false)
    expect(phases).toEqual([{ id: 'admission', label: 'Admission', ms: 2 }])
  })

  test('a provider that never answered was waited for to the end', () => {
    const phases = timingPhases({ admittedMs: 1, firstByteMs: null, totalMs: 30_001 }, true)
    expect(phases.at(-1)).toEqual({ id: 'first', label: 'Waited for the provider', ms: 30_000 })
  })
})

import { describe, expect, test } from 'vitest'
import { createUnbooked } from '#lib/gateway/unbooked.ts'

const unbooked = (most = 100) => createUnbooked<string>(most, () => 1)
const stream = (newest: string, oldest: string | null) => ({ newest, oldest })

describe('what Redis took', () => {
  test('is kept until the stream is booked up to there, and three seconds more', () => {
    const kept = unbooked()
    kept.keep('one')
    kept.saw(kept.seal(), stream('10-2', '9-0'), 0)
    kept.saw([], stream('12-0', '10-2'), 10_000)
    expect(kept.count()).toBe(1)
    kept.saw([], stream('12-0', '10-3'), 20_000)
    kept.saw([], stream('12-0', '10-3'), 23_000)
    expect(kept.count()).toBe(1)
    kept.saw([], stream('12-0', '10-3'), 23_001)
    expect([kept.count(), kept.take('all')]).toEqual([0, []])
  })

  test('is booked when the stream is empty, but not what was taken after the stream was asked for', () => {
    const kept = unbooked()
    kept.keep('one')
    const sealed = kept.seal()
    kept.keep('two')
    kept.saw(sealed, stream('10-0', null), 0)
    expect(kept.take('unbooked')).toEqual(['two'])
  })

  test('comes back whole and in order, or only what nobody knows to be booked', () => {
    const told = (which: 'all' | 'unbooked') => {
      const kept = unbooked()
      kept.keep('booked')
      kept.saw(kept.seal(), stream('10-0', '10-1'), 0)
      kept.keep('waiting')
      kept.saw(kept.seal(), stream('11-0', '10-1'), 0)
      kept.keep('not asked for')
      kept.putBack(kept.seal())
      return [kept.take(which), kept.count()]
    }
    expect(told('all')).toEqual([['booked', 'waiting', 'not asked for'], 0])
    expect(told('unbooked')).toEqual([['waiting', 'not asked for'], 0])
  })

  test('beyond the bound lets go of the oldest, and counts them', () => {
    const kept = unbooked(4)
    for (const thing of ['a', 'b']) kept.keep(thing)
    kept.saw(kept.seal(), stream('10-0', '1-0'), 0)
    for (const thing of ['c', 'd', 'e']) kept.keep(thing)
    expect([kept.count(), kept.letGo()]).toEqual([3, 2])
    for (const thing of ['f', 'g']) kept.keep(thing)
    expect([kept.take('all'), kept.letGo()]).toEqual([['f', 'g'], 5])
  })
})

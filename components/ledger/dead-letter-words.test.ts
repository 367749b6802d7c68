import { describe, expect, test } from 'vitest'
import { eventIdOf, layOut } from '#components/ledger/dead-letter-words.ts'

describe('an entry that could not be booked', () => {
  test.each([
    ['{"id":"call_1"}', 'call_1'],
    ['{"id":7}', null],
    ['[]', null],
    ['null', null],
    ['not json', null],
    ['', null],
  ])('%s is named by the event in it', (payload, id) => {
    expect(eventIdOf(payload)).toBe(id)
  })

  test('is laid out where it is JSON, and else shown as it came', () => {
    expect(layOut('{"a":1}')).toEqual({ text: '{\n  "a": 1\n}', isJson: true })
    expect(layOut('{"a":')).toEqual({ text: '{"a":', isJson: false })
  })
})

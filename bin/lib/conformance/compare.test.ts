import { describe, expect, test } from 'vitest'
import { firstDifference, firstMissing, plain, type AllowedDifference } from './compare.ts'

const allowing = (at: string, allows: AllowedDifference['allows'] = 'another value'): AllowedDifference[] => [
  { at, in: 'every case', allows, why: 'test' },
]

describe('what is told of the gateway', () => {
  test('is equal when every field is', () => {
    expect(firstDifference({ a: [1, { b: 'x' }], c: null }, { a: [1, { b: 'x' }], c: null }, [])).toBeNull()
  })

  test.each<[string, unknown, unknown, string]>([
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b'],
    ['a sort of value', { a: 1 }, { a: '1' }, 'a'],
    ['a member that is missing', { a: [{ b: 1 }] }, { a: [{}] }, 'a.0.b'],
    ['a member too many', { a: 1 }, { a: 1, b: null }, 'b'],
    ['the length of a list', [1], [1, 2], '1'],
    ['a list for an object', { a: [] }, { a: {} }, 'a'],
  ])('differs by %s, and the path is named', (_what, expected, got, path) => {
    expect(firstDifference(expected, got, [])?.path).toBe(path)
  })

  test('may have another value where that is allowed, but must have one of the same sort', () => {
    const allowed = allowing('**.id')
    expect(firstDifference({ a: [{ id: 'x' }] }, { a: [{ id: 'y' }] }, allowed)).toBeNull()
    expect(firstDifference({ id: 'x' }, { id: 'y' }, allowed)).toBeNull()
    expect(firstDifference({ a: [{ id: 'x' }] }, { a: [{ id: null }] }, allowed)?.path).toBe('a.0.id')
    expect(firstDifference({ a: { id: 'x', n: 1 } }, { a: { id: 'y', n: 2 } }, allowed)?.path).toBe('a.n')
  })

  test('may have nothing where anything is allowed, under names that begin alike', () => {
    const allowed = allowing('http.*.headers.x-own-*', 'anything')
    expect(
      firstDifference({ http: [{ headers: {} }] }, { http: [{ headers: { 'x-own-id': '1' } }] }, allowed),
    ).toBeNull()
    expect(
      firstDifference({ http: [{ headers: {} }] }, { http: [{ headers: { 'y-own': '1' } }] }, allowed),
    ).not.toBeNull()
  })

  test('may say null where the other is silent, but not where it says something', () => {
    const allowed = allowing('usage', 'null or nothing')
    expect(firstDifference({}, { usage: null }, allowed)).toBeNull()
    expect(firstDifference({ usage: null }, {}, allowed)).toBeNull()
    expect(firstDifference({ usage: { n: 1 } }, { usage: null }, allowed)?.path).toBe('usage')
  })
})

test('an expectation is met by more than it names, but not by other lengths or values', () => {
  expect(firstMissing({ http: [{ status: 429 }] }, { http: [{ status: 429, path: '/x' }], result: 1 })).toBeNull()
  expect(firstMissing({ http: [{ status: 429 }] }, { http: [{ status: 429 }, { status: 429 }] })?.path).toBe(
    'http.length',
  )
  expect(firstMissing({ result: { class: 'A' } }, { result: {} })?.path).toBe('result.class')
})

test('classes, getters and members without a value are compared as what JSON says of them', () => {
  class Answer {
    readonly text = 'hi'
    readonly nothing = undefined
    readonly cost = 3n
  }
  expect(plain(new Answer())).toEqual({ text: 'hi', cost: '3' })
  expect(plain(undefined)).toBeNull()
})

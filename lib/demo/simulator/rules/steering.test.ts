import { describe, expect, test } from 'vitest'
import { readSteering, UNSTEERED } from '#lib/demo/simulator/rules/steering.ts'

const rest = (text: string) => text.slice(readSteering(text).textStart)

describe('@sim', () => {
  test.each(['hello', '', 'please @sim out=5', ' @sim out=5', '@simulate out=5', '@sim-out=5'])(
    'is not what begins %j, which steers nothing and is prompt text',
    (text) => {
      expect(readSteering(text)).toEqual({ steering: UNSTEERED, textStart: 0 })
      expect(readSteering(text).steering).toBe(UNSTEERED)
    },
  )

  test('takes every option', () => {
    const text =
      '@sim in=9 out=8 ttft=7 gap=6 chunk=5 cached=4 cache_write=3 reasoning=2 tool=find error=503 retry_after=1 hang=stream cut=0 garbage=crlf usage=none'
    expect(readSteering(text).steering).toEqual({
      in: 9,
      out: 8,
      ttft: 7,
      gap: 6,
      chunk: 5,
      cached: 4,
      cache_write: 3,
      reasoning: 2,
      tool: 'find',
      error: 503,
      retry_after: 1,
      hang: 'stream',
      cut: 0,
      garbage: 'crlf',
      usage: 'none',
    })
  })

  test.each([
    ['@sim', ''],
    ['@sim out=5', ''],
    ['@sim out=5 in=7   tell me more', 'tell me more'],
    ['@sim out=5\nA line below', 'A line below'],
    ['@sim hello out=5', 'hello out=5'],
    ['@sim out=5 colour=red in=7', 'colour=red in=7'],
  ])('ends at the first word that is not an option: of %j the prompt is %j', (text, prompt) => {
    expect(rest(text)).toBe(prompt)
  })

  test.each([
    'out=-1',
    'out=1.5',
    'out=many',
    'out=',
    '=5',
    'out=99999999999',
    'chunk=0',
    'error=200',
    'error=600',
    'hang=forever',
    'garbage=yes',
    'usage=1',
    'toString=1',
    '__proto__=1',
  ])('does not take %s for an option', (word) => {
    expect(readSteering(`@sim ${word} hi`)).toEqual({ steering: UNSTEERED, textStart: 5 })
  })

  test('lets the last of two equal options count', () => {
    expect(readSteering('@sim out=5 out=6').steering.out).toBe(6)
  })

  test('takes tool without a name for the first tool', () => {
    expect(readSteering('@sim tool out=5').steering).toMatchObject({ tool: '', out: 5 })
  })
})

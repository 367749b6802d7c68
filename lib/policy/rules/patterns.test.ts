import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAllowed, matchesPattern } from '#lib/policy/rules/patterns.ts'

describe('a pattern', () => {
  test.each([
    ['gpt-4o', 'gpt-4o', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['gpt-4o*', 'gpt-4o-mini', true],
    ['gpt-4o*', 'gpt-4o', true],
    ['*-mini', 'gpt-4o-mini', true],
    ['gpt-*-mini', 'gpt-4o-mini', true],
    ['gpt-*-mini', 'gpt-mini', false],
    ['*', 'anything', true],
    ['*', 'meta/llama-3', true],
    ['meta/*', 'meta/llama-3', true],
    ['meta/*', 'meta/llama-3/instruct', false],
    ['meta*', 'meta/llama-3', false],
    ['*/llama-*', 'meta/llama-3', true],
    ['*/*', 'meta', false],
    ['**', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['gpt.4o', 'gpt-4o', false],
    ['GPT-4O', 'gpt-4o', false],
    ['', '', true],
    ['', 'x', false],
  ])('%s matches %s: %s', (pattern, name, matches) => {
    expect(matchesPattern(name, pattern)).toBe(matches)
  })

  test('agrees with the regular expression that it stands for', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '*', '/', '.'), { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(pieces, fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 8 }), (pattern, chars) => {
        const name = chars.join('')
        const expected =
          pattern === '*' || new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(name)
        expect(matchesPattern(name, pattern)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  test('made to be slow is not', () => {
    const startedMs = performance.now()
    expect(matchesPattern(`${'a'.repeat(120)}b`, `${'a*'.repeat(60)}c`)).toBe(false)
    expect(performance.now() - startedMs).toBeLessThan(50)
  })
})

describe('allow and deny lists', () => {
  test.each([
    [['*'], [], true],
    [[], [], false],
    [['gpt-*'], [], true],
    [['claude-*'], [], false],
    [['*'], ['gpt-4o'], false],
    [['gpt-4o'], ['gpt-*'], false],
    [['gpt-4o'], ['gpt-4o-mini'], true],
  ])('allow %j deny %j: %s', (allow, deny, allowed) => {
    expect(isAllowed('gpt-4o', { allow, deny })).toBe(allowed)
  })
})

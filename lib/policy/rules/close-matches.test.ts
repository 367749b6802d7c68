import { expect, test } from 'vitest'
import { closeMatches } from '#lib/policy/rules/close-matches.ts'

const allowed = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'claude-sonnet-4-5', 'text-embedding-3-small', 'gemini-2.5-flash']

test.each([
  ['gpt4o', ['gpt-4o', 'gpt-4.1']],
  ['GPT-4o-Mini', ['gpt-4o-mini']],
  ['gpt-4o-2024-08-06', ['gpt-4o']],
  ['claude-sonet-4.5', ['claude-sonnet-4-5']],
  ['text-embedding-3-large', ['text-embedding-3-small']],
])('someone who asks for %s may have meant %j', (asked, meant) => {
  expect(closeMatches(asked, allowed)).toEqual(expect.arrayContaining(meant))
})

test.each(['mistral-large-latest-of-them-all', '', 'x', "'; DROP TABLE model; --"])(
  'nothing is close to %j',
  (asked) => {
    expect(closeMatches(asked, allowed)).toEqual([])
  },
)

test('a huge name costs little', () => {
  const startedMs = performance.now()
  closeMatches(
    'x'.repeat(1_000_000),
    Array.from({ length: 10_000 }, (_, i) => `model-${i}`),
  )
  expect(performance.now() - startedMs).toBeLessThan(1000)
})

import { expect, test } from 'vitest'
import { changesOf, draftOf, freeKinds, mistakesOf, type SetLimits } from '#components/limits/limits-draft.ts'

const set: SetLimits = {
  limits: { rpm: 500, tpd: 10_000 },
  models: { 'gpt-4.1': { rpm: 5 }, 'claude-*': { rpd: 7, concurrency: 2 } },
}

test('what was not touched is not sent', () => {
  expect(changesOf(draftOf(set), set)).toEqual({})
})

test('what differs is sent, and what is gone as null', () => {
  const draft = {
    lines: [
      { kind: 'rpm' as const, text: '600' },
      { kind: 'otpd' as const, text: '9' },
    ],
    models: [
      { pattern: ' claude-* ', lines: [{ kind: 'rpd' as const, text: '7' }] },
      { pattern: 'o3', lines: [{ kind: 'rph' as const, text: '1' }] },
    ],
  }
  expect(changesOf(draft, set)).toEqual({
    rpm: 600,
    tpd: null,
    otpd: 9,
    models: { 'gpt-4.1': null, 'claude-*': { concurrency: null }, o3: { rph: 1 } },
  })
})

test.each(['', '0', '1000000000001'])('the value %j is refused with its field and its range', (text) => {
  const mistakes = mistakesOf({
    lines: [{ kind: 'rpm', text }],
    models: [{ pattern: 'gpt-*', lines: [{ kind: 'tpd', text }] }],
  })
  expect([...mistakes.keys()]).toEqual(['rpm', 'models.gpt-*.tpd'])
  expect(mistakes.get('rpm')).toContain('from 1 to 1,000,000,000,000')
})

test('a pattern must be one, stand once and limit something', () => {
  const line = [{ kind: 'rpm' as const, text: '1' }]
  const of = (...models: { pattern: string; lines: typeof line }[]) => [...mistakesOf({ lines: [], models }).values()]
  expect(of({ pattern: 'gpt 4', lines: line })[0]).toContain('letters, digits')
  expect(of({ pattern: 'gpt-*', lines: line }, { pattern: 'gpt-*', lines: line })[0]).toContain('already')
  expect(of({ pattern: 'gpt-*', lines: [] })[0]).toContain('Set a limit')
  expect(of({ pattern: 'openai/gpt-4o:*', lines: line })).toEqual([])
})

test('a kind has one line', () => {
  expect(freeKinds(draftOf(set).lines)).not.toContain('rpm')
  expect(freeKinds(draftOf(set).lines)).toContain('rph')
})

import { describe, expect, test } from 'vitest'
import { conversations } from '#lib/catalog/contract.ts'
import { serves } from '#lib/catalog/rules/serves.ts'

describe('a model', () => {
  test.each(conversations)('that is talked to at %s is talked to at all endpoints for conversations', (listed) => {
    const answers = [...conversations, 'count_tokens' as const].map((asked) => serves({ endpoints: [listed] }, asked))
    expect(new Set(answers)).toEqual(new Set([true]))
  })

  test.each(['embeddings', 'completions', 'images', 'speech', 'transcriptions', 'moderations'] as const)(
    'serves %s only where it says so',
    (asked) => {
      expect(serves({ endpoints: [...conversations] }, asked)).toBe(false)
      expect(serves({ endpoints: [asked] }, asked)).toBe(true)
    },
  )

  test('that cannot be talked to is not asked to talk', () => {
    expect(serves({ endpoints: ['embeddings'] }, 'chat')).toBe(false)
  })
})

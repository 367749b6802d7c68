import { describe, expect, test } from 'vitest'
import { hitForId } from '#components/shell/palette-search.ts'

describe('an id pasted into the palette', () => {
  test.each([
    ['key_01JD2', '/keys/key_01JD2'],
    ['call_5kZr0WqTn2', '/calls/call_5kZr0WqTn2'],
    ['dec_9', '/decisions/dec_9'],
  ])('%s leads to %s', (text, href) => expect(hitForId(text)?.href).toBe(href))

  test.each(['key', 'key_', 'key_a/b', 'call_1 or', '<key_1>'])('%j is only text', (text) =>
    expect(hitForId(text)).toBeNull(),
  )
})

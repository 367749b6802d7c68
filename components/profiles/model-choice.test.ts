import { describe, expect, test } from 'vitest'
import { denyingPattern, withModel } from '#components/profiles/model-choice.ts'

describe('keeping one model out', () => {
  test('names it in the deny list where a pattern lets it in', () => {
    expect(withModel({ allow: ['*'], deny: [] }, 'gpt-5', false)).toEqual({ allow: ['*'], deny: ['gpt-5'] })
  })
  test('takes its name out of the allow list', () => {
    expect(withModel({ allow: ['gpt-5', 'gpt-4o'], deny: [] }, 'gpt-5', false)).toEqual({ allow: ['gpt-4o'], deny: [] })
  })
  test('does both where it is let in by name and by pattern', () => {
    expect(withModel({ allow: ['gpt-5', 'gpt-*'], deny: [] }, 'gpt-5', false)).toEqual({
      allow: ['gpt-*'],
      deny: ['gpt-5'],
    })
  })
})

describe('letting one model in', () => {
  test('only takes it off the deny list where a pattern lets it in', () => {
    expect(withModel({ allow: ['*'], deny: ['gpt-5', 'o3'] }, 'gpt-5', true)).toEqual({ allow: ['*'], deny: ['o3'] })
  })
  test('names it in the allow list where nothing else does', () => {
    expect(withModel({ allow: ['gpt-4o'], deny: [] }, 'gpt-5', true)).toEqual({ allow: ['gpt-4o', 'gpt-5'], deny: [] })
  })
  test('is undone by keeping it out again', () => {
    const lists = { allow: ['*'], deny: ['o3'] }
    expect(withModel(withModel(lists, 'gpt-5', false), 'gpt-5', true)).toEqual(lists)
  })
  test('cannot overrule a pattern that denies it, which is named', () => {
    expect(withModel({ allow: ['*'], deny: ['gpt-*'] }, 'gpt-5', true)).toEqual({ allow: ['*'], deny: ['gpt-*'] })
    expect(denyingPattern('gpt-5', ['gpt-*'])).toBe('gpt-*')
    expect(denyingPattern('gpt-5', ['gpt-5'])).toBeNull()
  })
})

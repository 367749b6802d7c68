import { describe, expect, test } from 'vitest'
import { nextSort, sortDirection, withQuery } from '#components/ui/query-string.ts'

describe('the address of a view', () => {
  test('keeps what is not changed and starts paging anew', () => {
    expect(withQuery('/keys', 'view=mine&cursor=abc&q=bot', { sort: '-spent' })).toBe(
      '/keys?view=mine&q=bot&sort=-spent',
    )
  })
  test('loses a parameter that is null or empty', () => {
    expect(withQuery('/keys', 'status=active&q=x', { status: null, q: '' })).toBe('/keys')
  })
  test('joins several values by comma, readably', () => {
    expect(withQuery('/keys', '', { status: ['active', 'pending'] })).toBe('/keys?status=active,pending')
  })
})

describe('a sortable head', () => {
  test('starts in its own direction, then turns', () => {
    expect(nextSort(null, 'spent', 'desc')).toBe('-spent')
    expect(nextSort('-spent', 'spent', 'desc')).toBe('spent')
    expect(nextSort('spent', 'spent', 'desc')).toBe('-spent')
    expect(nextSort('-spent', 'name', 'asc')).toBe('name')
  })
  test('says which way it is sorted', () => {
    expect([sortDirection('-spent', 'spent'), sortDirection('spent', 'spent'), sortDirection('name', 'spent')]).toEqual(
      ['descending', 'ascending', 'none'],
    )
  })
})

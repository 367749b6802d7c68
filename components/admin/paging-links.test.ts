import { describe, expect, test } from 'vitest'
import { pagingLinks } from '#components/admin/paging-links.ts'

const at = (search: string, nextCursor: string | null) => pagingLinks({ path: '/admin/audit', search, nextCursor })

describe('the links of a paged list', () => {
  test('lead nowhere when everything is on one page', () => {
    expect(at('q=ada', null)).toEqual({ previousHref: null, nextHref: null })
  })

  test('lead forward and back to where one came from, with the filters kept', () => {
    const second = at('q=ada', 'two').nextHref ?? ''
    expect(second).toBe('/admin/audit?q=ada&cursor=two&back=-')
    const third = at(second.split('?')[1] ?? '', 'three').nextHref ?? ''
    expect(third).toBe('/admin/audit?q=ada&cursor=three&back=-.two')
    const back = at(third.split('?')[1] ?? '', null).previousHref ?? ''
    expect(back).toBe('/admin/audit?q=ada&cursor=two&back=-')
    expect(at(back.split('?')[1] ?? '', null).previousHref).toBe('/admin/audit?q=ada')
  })

  test('lead to the first page from an address that somebody cut', () => {
    expect(at('cursor=two', null).previousHref).toBe('/admin/audit')
  })
})

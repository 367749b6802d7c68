import { describe, expect, test } from 'vitest'
import { monthBeside, showbackApiPath, showbackSearchOf } from '#components/showback/showback-query.ts'

const now = Date.parse('2026-11-18T14:32:00Z')

describe('the address of showback', () => {
  test('says nothing: this month by cost centre', () => {
    expect(showbackSearchOf({}, now)).toEqual({ month: '2026-11', by: 'cost_centre', filter: {} })
  })

  test.each(['2026-12', '2026-13', 'november', '1999-01', ''])(
    'that names %s for a month means this month',
    (month) => {
      expect(showbackSearchOf({ month }, now).month).toBe('2026-11')
    },
  )

  test('leads to the export of the same rows', () => {
    const search = showbackSearchOf({ month: '2026-10', by: 'team', cost_centre: '4120,none', by_the_way: 'x' }, now)
    expect(showbackApiPath(search)).toBe('/showback/2026-10?group_by=team&filter%5Bcost_centre%5D=4120%2Cnone')
  })

  test('has the months beside it, over the turn of a year', () => {
    expect([monthBeside('2026-01', -1), monthBeside('2026-12', 1)]).toEqual(['2025-12', '2027-01'])
  })
})

import { describe, expect, test } from 'vitest'
import { auditApiPath, auditQueryOf } from '#components/audit/audit-query.ts'

const now = Date.parse('2026-11-18T14:32:00Z')

describe('the address of the audit log', () => {
  test('says nothing: the newest fifty entries', () => {
    expect(auditQueryOf({}, now)).toEqual({ limit: 50, filter: {} })
  })

  test('names two days, of which the last counts whole', () => {
    expect(auditQueryOf({ from: '2026-11-01', to: '2026-11-02' }, now)).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-03T00:00:00.000Z',
    })
  })

  test('names a usual range, which wins over days', () => {
    const query = auditQueryOf({ when: '24h', from: '2026-01-01', to: '2026-01-02' }, now)
    expect(query.from).toBe('2026-11-17T14:32:00.000Z')
    expect(query.to).toBeUndefined()
  })

  test.each(['yesterday', '2026-13-40', '2026-11-01T00:00', ''])(
    'that says %s for a day is read as if it did not',
    (from) => {
      expect(auditQueryOf({ from }, now).from).toBeUndefined()
    },
  )

  test('leads to the export of the same rows', () => {
    const search = auditQueryOf({ q: 'Ada & co', action: 'key.create,key.revoke', target: 'key_1', cursor: 'x' }, now)
    expect(auditApiPath(search)).toBe(
      '/audit?q=Ada+%26+co&filter%5Baction%5D=key.create%2Ckey.revoke&filter%5Btarget%5D=key_1',
    )
  })
})

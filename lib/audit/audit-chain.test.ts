import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { recordAudit } from '#lib/audit/record-audit.ts'
import { listAudit, listAuditQuery } from '#lib/audit/list-audit.ts'
import { verifyAudit } from '#lib/audit/verify-audit.ts'
import { bootstrap } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let fixture: TestContext
beforeAll(async () => {
  fixture = await openTestContext()
})
afterAll(() => fixture.close())

const record = (number: number, extra: object = {}) =>
  fixture.context.db.$transaction((tx) =>
    recordAudit(tx, bootstrap, {
      action: 'team.update',
      targetType: 'team',
      targetId: `team_${number}`,
      targetName: `Team ${number}`,
      summary: `renamed team ${number}`,
      before: { name: 'old' },
      after: { name: `Team ${number}` },
      ...extra,
    }),
  )

/** What somebody with full rights on the database could do: the trigger is off meanwhile. */
async function tamper(statement: string): Promise<void> {
  const client = await fixture.context.sql.connect()
  try {
    await client.query('ALTER TABLE audit_entry DISABLE TRIGGER USER')
    await client.query(statement)
    await client.query('ALTER TABLE audit_entry ENABLE TRIGGER USER')
  } finally {
    client.release()
  }
}

const verify = (input = {}) => verifyAudit(fixture.context, bootstrap, input)

describe('the audit chain', () => {
  afterEach(() => tamper('TRUNCATE audit_entry'))

  test('is empty and verified at first', async () => {
    expect(await verify()).toMatchObject({ verified: true, entries: 0, head: null, firstBad: null })
  })

  test('has no gap and no fork, however many write at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, number) => record(number)))
    const { verified, entries, head } = await verify()
    expect({ verified, entries, head: head?.seq }).toEqual({ verified: true, entries: 40, head: 40 })
  })

  test('has no entry for a change that was rolled back', async () => {
    await record(1)
    const failing = fixture.context.db.$transaction(async (tx) => {
      await recordAudit(tx, bootstrap, { action: 'x', targetType: 'x', targetId: 'x', targetName: 'x', summary: 'x' })
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    await record(2)
    expect(await verify()).toMatchObject({ verified: true, entries: 2 })
  })

  test.each([
    ['numbers', { after: { tiny: 1e-9, big: 1e21, minus: -0, nano: 12_345_678_901_234_567_890n, not: Number.NaN } }],
    ['times and sets', { after: { at: new Date(0), roles: new Set(['admin']), gone: undefined } }],
    ['odd text', { summary: 'NUL \0, half a pair \ud800, \u2028 and ☂', after: { 'k\0': '\udc00' } }],
    ['no detail at all', { before: undefined, after: undefined }],
    ['nested lists', { after: [[], {}, [null, { b: 1, a: [true] }]] }],
  ])('verifies what it stored when it is given %s', async (_what, extra) => {
    await record(1, extra)
    expect(await verify()).toMatchObject({ verified: true, entries: 1 })
  })

  test.each(['UPDATE audit_entry SET summary = summary', 'DELETE FROM audit_entry', 'TRUNCATE audit_entry'])(
    'refuses %s',
    async (statement) => {
      await record(1)
      await expect(fixture.context.sql.query(statement)).rejects.toThrow()
      expect(await verify()).toMatchObject({ verified: true, entries: 1 })
    },
  )
})

describe('verification names the first bad entry', () => {
  const ten = async () => {
    for (let number = 1; number <= 10; number++) await record(number)
  }
  afterEach(() => tamper('TRUNCATE audit_entry'))

  test.each([
    ['its words were edited', `UPDATE audit_entry SET summary = 'nothing happened' WHERE seq = 4`, 4, 'altered'],
    ['its detail was edited', `UPDATE audit_entry SET after = '{"name":"x"}' WHERE seq = 6`, 6, 'altered'],
    ['its actor was edited', `UPDATE audit_entry SET actor_id = 'user_other' WHERE seq = 10`, 10, 'altered'],
    ['its time was edited', `UPDATE audit_entry SET at = at - interval '1 day' WHERE seq = 1`, 1, 'altered'],
    ['one before it was deleted', 'DELETE FROM audit_entry WHERE seq = 5', 6, 'missing'],
    ['the first ones were deleted', 'DELETE FROM audit_entry WHERE seq <= 3', 4, 'missing'],
    [
      'two changed places',
      'UPDATE audit_entry SET seq = CASE seq WHEN 3 THEN -1 WHEN 4 THEN 3 END WHERE seq IN (3, 4); UPDATE audit_entry SET seq = 4 WHERE seq = -1',
      3,
      'broken_link',
    ],
    [
      'one was deleted and the rest moved up',
      'DELETE FROM audit_entry WHERE seq = 7; UPDATE audit_entry SET seq = seq - 1 WHERE seq > 7',
      7,
      'broken_link',
    ],
    [
      'one was put in between',
      `UPDATE audit_entry SET seq = -seq WHERE seq > 5; UPDATE audit_entry SET seq = 1 - seq WHERE seq < 0; INSERT INTO audit_entry SELECT 6, at, actor_type, actor_id, actor_name, action, target_type, target_id, target_name, 'forged', before, after, ip, request_id, hash, hash FROM audit_entry WHERE seq = 5`,
      6,
      'altered',
    ],
  ])('when %s', async (_what, statement, seq, fault) => {
    await ten()
    await tamper(statement)
    expect(await verify()).toMatchObject({ verified: false, firstBad: { seq, fault } })
  })

  test('when the end was cut off, by a head that was noted elsewhere', async () => {
    await ten()
    const { head } = await verify()
    await tamper('DELETE FROM audit_entry WHERE seq > 8')
    expect(await verify()).toMatchObject({ verified: true, entries: 8 })
    expect(await verify({ anchor: head })).toMatchObject({ verified: false, firstBad: { seq: 10, fault: 'truncated' } })
  })

  test('when the whole end was written anew, by the same', async () => {
    await ten()
    const { head } = await verify()
    await tamper('DELETE FROM audit_entry WHERE seq > 8')
    await record(9)
    await record(99)
    expect(await verify()).toMatchObject({ verified: true, entries: 10 })
    expect(await verify({ anchor: head })).toMatchObject({
      verified: false,
      firstBad: { seq: 10, fault: 'anchor_mismatch' },
    })
  })

  test('within a range, which trusts only the entry before it', async () => {
    await ten()
    await tamper(`UPDATE audit_entry SET summary = 'edited' WHERE seq = 3`)
    expect(await verify({ from: 5, to: 8 })).toMatchObject({ verified: true, from: 5, to: 8, entries: 4 })
    expect(await verify({ from: 2, to: 8 })).toMatchObject({ verified: false, firstBad: { seq: 3 } })
    expect(await verify({ from: 20 })).toMatchObject({ verified: false, firstBad: { seq: 20, fault: 'missing' } })
  })
})

describe('the audit log', () => {
  beforeAll(async () => {
    await tamper('TRUNCATE audit_entry')
    for (let number = 1; number <= 25; number++) {
      await record(number, {
        action: number % 5 === 0 ? 'team.archive' : 'team.update',
        summary: number === 7 ? '100% of a_b' : `renamed team ${number}`,
      })
    }
  })
  const list = (query: object) => listAudit(fixture.context, bootstrap, listAuditQuery.parse(query))

  test('is read newest first, page after page, each entry once', async () => {
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await list({ limit: 10, cursor })
      seen.push(...page.data.map(({ seq }) => seq))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index))
  })

  test('is filtered by action, target and actor', async () => {
    const { data } = await list({ filter: { action: ['team.archive'], actor: ['bootstrap'] } })
    expect(data.map(({ seq }) => seq)).toEqual([25, 20, 15, 10, 5])
    expect((await list({ filter: { target: ['team_3'] } })).data).toHaveLength(1)
  })

  test.each([
    ['100%', 1],
    ['a_b', 1],
    ['%', 1],
    ['_', 1],
    ['team 2', 7],
    ['\\', 0],
  ])('finds %s as it is written', async (q, count) => {
    expect((await list({ q })).data).toHaveLength(count)
  })
})

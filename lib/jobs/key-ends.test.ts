/** What is said of keys before they end, and the end of those that nobody uses. Each job stands running twice. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expireIdleKeys } from '#lib/jobs/expire-idle-keys.ts'
import { raiseSlowAlerts } from '#lib/jobs/raise-alerts.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 10, 28, 12)
let fixture: TestContext

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db } = fixture.context
  await db.team.create({ data: { id: 'team_x', name: 'X' } })
  const { policy } = builtInProfiles[0]!
  await db.accessProfile.createMany({
    data: [
      { id: 'prof_ruled', name: 'Ruled', policy: { ...policy, idleDays: { warn: 30, expire: 45 } } },
      { id: 'prof_free', name: 'Free', policy },
      { id: 'prof_old', name: 'Old', policy: {} },
    ],
  })
})
beforeEach(async () => {
  fixture.setNow(nowMs)
  await fixture.context.db.virtualKey.deleteMany({})
  await fixture.context.db.alert.deleteMany({})
})
afterAll(() => fixture.close())

const at = (days: number) => new Date(nowMs + days * dayMs)
type Key = {
  status?: string
  expiresAt?: Date
  createdAt?: Date
  lastUsedAt?: Date
  statusAt?: Date
  profileId?: string
}
const aKey = (id: string, key: Key = {}) =>
  fixture.context.db.virtualKey.create({
    data: {
      id,
      name: id,
      kind: 'team',
      teamId: 'team_x',
      profileId: 'prof_ruled',
      createdBy: 'test',
      createdAt: at(-1),
      ...key,
    },
  })
async function run(days = 0) {
  fixture.setNow(nowMs + days * dayMs)
  await raiseSlowAlerts(fixture.context)
  await raiseSlowAlerts(fixture.context)
  const runs = await Promise.all([expireIdleKeys(fixture.context), expireIdleKeys(fixture.context)])
  return runs[0].expired + runs[1].expired
}
/** What is told: key, kind, and in how many days it ends. */
const told = async () =>
  (
    await fixture.context.db.alert.findMany({
      where: { closedAt: null },
      orderBy: [{ subjectId: 'asc' }, { kind: 'asc' }],
    })
  ).map(({ subjectId, kind, facts }) => {
    const { expiresAt, endsAt } = facts as { expiresAt?: string; endsAt?: string | null }
    const end = expiresAt ?? endsAt
    return [subjectId, kind, end ? (Date.parse(end) - nowMs) / dayMs : null]
  })
const statusOf = async (id: string) => (await fixture.context.db.virtualKey.findUniqueOrThrow({ where: { id } })).status

describe('a key that ends within 14 days', () => {
  test('is said to, from then on, and no longer when its end is moved or it is stopped', async () => {
    await aKey('key_soon', { expiresAt: at(13) })
    await aKey('key_later', { expiresAt: at(15) })
    await aKey('key_over', { expiresAt: at(-1) })
    await aKey('key_stopped', { expiresAt: at(3), status: 'suspended' })
    await aKey('key_endless', { profileId: 'prof_free' })
    await run()
    expect(await told()).toEqual([['key_soon', 'key_ending', 13]])
    await run(2)
    expect(await told()).toEqual([
      ['key_later', 'key_ending', 15],
      ['key_soon', 'key_ending', 13],
    ])
    await fixture.context.db.virtualKey.update({ where: { id: 'key_soon' }, data: { expiresAt: at(90) } })
    await fixture.context.db.virtualKey.update({ where: { id: 'key_later' }, data: { expiresAt: at(12) } })
    await run(2)
    expect(await told()).toEqual([['key_later', 'key_ending', 12]])
  })
})

describe('a key that nobody uses', () => {
  test('is warned of, then ends, audited and published; others stay', async () => {
    await aKey('key_idle', { createdAt: at(-100), lastUsedAt: at(-31) })
    await aKey('key_used', { createdAt: at(-100), lastUsedAt: at(-5) })
    await aKey('key_free', { createdAt: at(-100), profileId: 'prof_free' })
    await aKey('key_old', { createdAt: at(-100), profileId: 'prof_old' })
    await aKey('key_resting', { createdAt: at(-100), status: 'suspended' })
    expect(await run()).toBe(0)
    expect(await told()).toEqual([
      ['key_free', 'key_idle', null],
      ['key_idle', 'key_idle', 15],
      ['key_old', 'key_idle', null],
    ])
    expect(await run(14)).toBe(0)
    expect(await run(15)).toBe(1)
    expect(await run(16)).toBe(0)
    expect(await statusOf('key_idle')).toBe('expired')
    for (const id of ['key_used', 'key_free', 'key_old']) expect([id, await statusOf(id)]).toEqual([id, 'active'])
    expect(await statusOf('key_resting')).toBe('suspended')
    expect(await fixture.context.redis.get(versionKey('key:key_idle'))).not.toBeNull()
    const entries = await fixture.context.db.auditEntry.findMany({ where: { targetId: 'key_idle' } })
    expect(entries).toMatchObject([{ action: 'key.expire', after: { status: 'expired', idleDays: 45 } }])
    expect((await told()).filter(([id]) => id === 'key_idle')).toEqual([])
  })

  test('goes on after one call, or after it was resumed', async () => {
    await aKey('key_called', { createdAt: at(-100), lastUsedAt: at(-40) })
    await aKey('key_resumed', { createdAt: at(-100), lastUsedAt: at(-40), statusAt: at(-1) })
    await run()
    expect(await told()).toEqual([['key_called', 'key_idle', 15]])
    await fixture.context.db.virtualKey.update({ where: { id: 'key_called' }, data: { lastUsedAt: at(1) } })
    expect(await run(16)).toBe(0)
    expect(await told()).toEqual([])
  })

  test('that is called between the warning’s last look and the end does not end', async () => {
    await aKey('key_late', { createdAt: at(-100), lastUsedAt: at(-44) })
    await run()
    await fixture.context.db.virtualKey.update({ where: { id: 'key_late' }, data: { lastUsedAt: at(14.9) } })
    fixture.setNow(nowMs + 15 * dayMs)
    expect(await expireIdleKeys(fixture.context)).toEqual({ expired: 0 })
    expect(await statusOf('key_late')).toBe('active')
  })

  test('is warned of for as long as any other where the rule is new: nothing ends unannounced', async () => {
    await aKey('key_ancient', { createdAt: at(-400) })
    expect(await run()).toBe(0)
    expect(await told()).toEqual([['key_ancient', 'key_idle', 15]])
    expect(await run(14)).toBe(0)
    expect(await run(15)).toBe(1)
  })
})

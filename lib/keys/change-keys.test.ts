import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { changeKeyStatus, quarantineKey } from '#lib/keys/change-key-status.ts'
import { createKeyInput, patchKeyInput, type CreateKeyInput, type PatchKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { revokeKeys } from '#lib/keys/revoke-keys.ts'
import { endOldSecret, rotateKey } from '#lib/keys/rotate-key.ts'
import { digestOf } from '#lib/keys/rules/key-text.ts'
import type { KeyStep } from '#lib/keys/rules/key-status.ts'
import { updateKey } from '#lib/keys/update-key.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const startMs = Date.UTC(2026, 10, 21)
const dayMs = 86_400_000
let fixture: TestContext
let ada: Actor
let dana: Actor
let tess: Actor
let cole: Actor

beforeAll(async () => {
  fixture = await openTestContext(startMs)
  await createSmallCompany(fixture.context.db, startMs)
  await fixture.context.db.accessProfile.updateMany({
    data: { policy: await generous() },
    where: { name: 'Experiment' },
  })
  ada = await actorNamed(fixture.context.db, 'Ada')
  dana = await actorNamed(fixture.context.db, 'Dana')
  tess = await actorNamed(fixture.context.db, 'Tess')
  cole = await actorNamed(fixture.context.db, 'Cole')
})
afterAll(() => fixture.close())

/** Experiment, with room for all the keys that these tests make. */
async function generous() {
  const row = await fixture.context.db.accessProfile.findFirstOrThrow({ where: { name: 'Experiment' } })
  return { ...(row.policy as object), keysPerPerson: 1000 }
}

const mint = (actor: Actor, input: Partial<CreateKeyInput> = {}) =>
  mintKey(fixture.context, actor, createKeyInput.parse({ name: 'a key', kind: 'personal', ...input }))
const step = (actor: Actor, id: string, name: KeyStep, reason?: string) =>
  name === 'quarantine'
    ? quarantineKey(fixture.context, actor, id, { reason, dryRun: false })
    : changeKeyStatus(fixture.context, actor, { id, step: name, reason })
const patch = (actor: Actor, id: string, input: PatchKeyInput) =>
  updateKey(fixture.context, actor, id, patchKeyInput.parse(input))
const grantOf = async (text: string) =>
  (await loadGrant(fixture.context.db, digestOf(text, fixture.context.config.pepper), fixture.context.clock.nowMs()))
    ?.grant
const publishedVersion = (subject: string) => fixture.context.redis.get(versionKey(subject))
const auditOf = (id: string) =>
  fixture.context.db.auditEntry.findMany({ where: { targetId: id }, orderBy: { seq: 'asc' } })

describe('a change of status', () => {
  test('is in the grant, in Redis and in the audit log before it is answered', async () => {
    const { id, key } = await mint(dana)
    for (const [name, status] of [
      ['suspend', 'suspended'],
      ['resume', 'active'],
      ['revoke', 'revoked'],
    ] as const) {
      const before = BigInt((await publishedVersion(`key:${id}`)) ?? 0)
      expect((await step(dana, id, name, 'why not')).status).toBe(status)
      expect((await grantOf(key))?.key.status).toBe(status)
      expect(BigInt((await publishedVersion(`key:${id}`)) ?? 0)).toBeGreaterThan(before)
    }
    expect((await auditOf(id)).map(({ action }) => action)).toEqual([
      'key.create',
      'key.suspend',
      'key.resume',
      'key.revoke',
    ])
  })

  test('done twice is done once', async () => {
    const { id } = await mint(dana)
    await Promise.all([step(dana, id, 'revoke'), step(dana, id, 'revoke'), step(dana, id, 'revoke')])
    expect((await auditOf(id)).filter(({ action }) => action === 'key.revoke')).toHaveLength(1)
  })

  test('never leads back from revoked', async () => {
    const { id } = await mint(dana)
    await step(dana, id, 'revoke', 'leaked')
    for (const name of ['suspend', 'resume', 'quarantine', 'release'] as const) {
      await expect(step(ada, id, name)).rejects.toMatchObject({ code: 'conflict' })
    }
    await expect(rotateKey(fixture.context, dana, { id, graceSeconds: 0 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(patch(ada, id, { name: 'back' })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('from quarantine goes back to where the key was', async () => {
    const [running, resting] = [await mint(dana), await mint(dana)]
    await step(dana, resting.id, 'suspend')
    for (const { id } of [running, resting]) await step(tess, id, 'quarantine', 'odd calls')
    expect((await grantOf(running.key))?.key).toMatchObject({ status: 'quarantined', statusReason: 'odd calls' })
    expect((await step(ada, running.id, 'release')).status).toBe('active')
    expect((await step(ada, resting.id, 'release')).status).toBe('suspended')
  })
})

describe('who may change a key', () => {
  test('its owner and team lead may, an administrator may; nobody else', async () => {
    const { id } = await mint(dana)
    await expect(step(cole, id, 'revoke')).rejects.toMatchObject({ code: 'not_found' })
    await expect(step(dana, id, 'quarantine')).rejects.toMatchObject({ code: 'forbidden' })
    await step(dana, id, 'suspend')
    await step(tess, id, 'resume')
    await step(tess, id, 'quarantine')
    await expect(step(tess, id, 'release')).rejects.toMatchObject({ code: 'forbidden' })
    await step(ada, id, 'release')
    await step(bootstrap, id, 'revoke')
  })

  test('who answers for a workload may, its team may look', async () => {
    const { id } = await mint(dana, { kind: 'service', name: 'refunds' })
    await expect(step(cole, id, 'suspend')).rejects.toMatchObject({ code: 'forbidden' })
    expect((await step(dana, id, 'suspend')).status).toBe('suspended')
  })

  test('a key that does not exist and one that is not theirs are told alike', async () => {
    const { id } = await mint(dana)
    const tell = (keyId: string) => step(cole, keyId, 'revoke').catch((error: Error) => error.message)
    expect(await tell(id)).toBe(await tell('key_ghost'))
  })
})

describe('rotation', () => {
  test('lets both secrets work until the grace is over', async () => {
    const first = await mint(dana)
    const second = await rotateKey(fixture.context, dana, { id: first.id, graceSeconds: 60 })
    expect(second.key).not.toBe(first.key)
    expect(second.secrets.map(({ last4, notAfter }) => [last4, notAfter])).toEqual([
      [second.key.slice(-4), null],
      [first.key.slice(-4), new Date(startMs + 60_000).toISOString()],
    ])
    expect((await grantOf(first.key))?.secret.notAfterMs).toBe(startMs + 60_000)
    expect((await grantOf(second.key))?.key.id).toBe(first.id)
    fixture.setNow(startMs + 60_000)
    expect(await grantOf(first.key)).toBeUndefined()
    expect(await grantOf(second.key)).toBeDefined()
    fixture.setNow(startMs)
  })

  test('without grace ends the old secret at once', async () => {
    const first = await mint(dana)
    await rotateKey(fixture.context, dana, { id: first.id, graceSeconds: 0 })
    expect(await grantOf(first.key)).toBeUndefined()
  })

  test('keeps two live secrets at most, also when rotated at the same time', async () => {
    const { id } = await mint(dana)
    await Promise.all(Array.from({ length: 5 }, () => rotateKey(fixture.context, dana, { id, graceSeconds: 3600 })))
    const live = await fixture.context.db.keySecret.count({
      where: { keyId: id, OR: [{ notAfter: null }, { notAfter: { gt: new Date(startMs) } }] },
    })
    expect(live).toBe(2)
    expect(await fixture.context.db.keySecret.count({ where: { keyId: id, notAfter: null } })).toBe(1)
  })

  test('can be cut short, but never of the current secret', async () => {
    const first = await mint(dana)
    const second = await rotateKey(fixture.context, dana, { id: first.id, graceSeconds: 3600 })
    const [current, old] = second.secrets
    const end = (secretId: string) => endOldSecret(fixture.context, dana, { id: first.id, secretId })
    await expect(end(current!.id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(end('sec_ghost')).rejects.toMatchObject({ code: 'not_found' })
    expect((await end(old!.id)).secrets).toHaveLength(1)
    expect(await grantOf(first.key)).toBeUndefined()
  })
})

describe('settings', () => {
  test('change one by one; what is left out stays', async () => {
    const { id, key } = await mint(dana, { models: ['gpt-4o'], limits: { rpm: 5 } })
    const changed = await patch(dana, id, { limits: { tpm: 1000 }, name: 'renamed' })
    expect(changed).toMatchObject({
      name: 'renamed',
      models: ['gpt-4o'],
      limits: { rpm: 5, tpm: 1000, concurrency: 64 },
    })
    expect((await grantOf(key))?.limits.find(({ kind }) => kind === 'tpm')?.limit).toBe(1000)
    const entry = (await auditOf(id)).at(-1)
    expect(entry).toMatchObject({ action: 'key.update', before: { name: 'a key' }, after: { name: 'renamed' } })
    expect(Object.keys(entry?.after as object).toSorted()).toEqual(['limits', 'name'])
  })

  test('by models change pattern by pattern; null takes away a limit, or all of a pattern', async () => {
    const models = { 'gpt-4o': { rpm: 5, rpd: 90 }, 'claude-*': { rpm: 6, tpm: null }, 'o3*': {} }
    const { id, key, limits } = await mint(dana, { limits: { rpm: 60, models } })
    expect(limits).toMatchObject({ rpm: 60, models: { 'gpt-4o': { rpm: 5, rpd: 90 }, 'claude-*': { rpm: 6 } } })
    const ofModels = async () =>
      (await grantOf(key))?.limits.flatMap(({ scope, kind, limit, models: pattern }) =>
        pattern === undefined ? [] : [[scope.type, pattern, kind, limit]],
      )
    expect(await ofModels()).toEqual([
      ['key', 'gpt-4o', 'rpm', 5],
      ['key', 'gpt-4o', 'rpd', 90],
      ['key', 'claude-*', 'rpm', 6],
    ])
    const changed = await patch(dana, id, {
      limits: { models: { 'gpt-4o': { rpm: null }, 'claude-*': null, 'o3*': { concurrency: 2 } } },
    })
    expect(changed.limits).toMatchObject({ rpm: 60, models: { 'gpt-4o': { rpd: 90 }, 'o3*': { concurrency: 2 } } })
    expect(Object.keys(changed.limits.models ?? {}).toSorted()).toEqual(['gpt-4o', 'o3*'])
    expect(
      (await patch(dana, id, { limits: { models: { 'gpt-4o': null, 'o3*': null } } })).limits.models,
    ).toBeUndefined()
    expect(await ofModels()).toEqual([])
  })

  test('by models are held to the maxima of the profile like the others, and beyond them are an override', async () => {
    const { id, key } = await mint(dana)
    const wish: PatchKeyInput = { limits: { models: { 'gpt-4.1*': { rpm: 1201 } } } }
    await expect(patch(dana, id, wish)).rejects.toMatchObject({
      code: 'guardrail_exceeded',
      errors: [{ field: 'limits.models.gpt-4.1*.rpm', maximum: 1200 }],
    })
    const ofModels = async () => (await grantOf(key))?.limits.find(({ models }) => models !== undefined)?.limit
    expect((await patch(ada, id, wish)).overrides).toEqual(['limits.models.gpt-4.1*.rpm'])
    expect(await ofModels()).toBe(1201)
    expect((await auditOf(id)).at(-1)?.summary).toContain('beyond the profile Experiment in limits.models.gpt-4.1*.rpm')
    expect((await patch(dana, id, { limits: { models: { 'gpt-4.1': null } } })).overrides).toHaveLength(1)
    expect((await patch(dana, id, { limits: { models: { 'gpt-4.1*': null } } })).overrides).toEqual([])
    expect(await ofModels()).toBeUndefined()
  })

  test('beyond the profile are refused, unless an administrator sets them; then back within, nothing is left of it', async () => {
    const { id, key } = await mint(dana)
    await expect(patch(dana, id, { limits: { rpm: 1201 } })).rejects.toMatchObject({
      code: 'guardrail_exceeded',
      errors: [{ field: 'limits.rpm', maximum: 1200 }],
    })
    expect((await patch(ada, id, { limits: { rpm: 1201 } })).overrides).toEqual(['limits.rpm'])
    expect((await grantOf(key))?.limits.find(({ kind }) => kind === 'rpm')?.limit).toBe(1201)
    expect((await patch(dana, id, { name: 'kept' })).overrides).toEqual(['limits.rpm'])
    expect((await patch(dana, id, { limits: { rpm: 100 } })).overrides).toEqual([])
  })

  test('of a budget keep what was spent when only the amount changes', async () => {
    const { id, budget } = await mint(dana)
    const more = await patch(dana, id, { budget: { amountUsd: '75.5', period: 'month', posture: 'hard' } })
    expect(more.budget).toMatchObject({ id: budget!.id, amountUsd: '75.5' })
    const daily = await patch(dana, id, { budget: { amountUsd: '2', period: 'day', posture: 'hard' } })
    expect(daily.budget?.id).not.toBe(budget!.id)
    expect(await fixture.context.db.budget.count({ where: { scopeType: 'key', scopeId: id, archivedAt: null } })).toBe(
      1,
    )
    await expect(patch(dana, id, { budget: null })).rejects.toMatchObject({ code: 'guardrail_exceeded' })
    expect((await patch(ada, id, { budget: null })).budget).toBeNull()
  })

  test('that change nothing leave no trace', async () => {
    const { id } = await mint(dana)
    await patch(dana, id, { name: 'a key' })
    expect(await auditOf(id)).toHaveLength(1)
  })

  test('give a key that ran out a new end, and life', async () => {
    const { id, key } = await mint(dana, { expiresAt: new Date(startMs + dayMs).toISOString() })
    fixture.setNow(startMs + 2 * dayMs)
    await fixture.context.db.virtualKey.update({ where: { id }, data: { status: 'expired' } })
    const extended = await patch(dana, id, { expiresAt: new Date(startMs + 10 * dayMs).toISOString() })
    expect(extended.status).toBe('active')
    expect((await grantOf(key))?.key.status).toBe('active')
    fixture.setNow(startMs)
  })
})

describe('revoking many', () => {
  test('revokes what matches and what the actor may revoke, as one action', async () => {
    const mine = await Promise.all([mint(dana, { environment: 'bulk' }), mint(dana, { environment: 'bulk' })])
    const theirs = await mint(ada, { environment: 'bulk' })
    const filter = { environment: ['bulk'] }
    const dry = await revokeKeys(fixture.context, dana, { filter, dryRun: true })
    expect(dry).toMatchObject({ dryRun: true, count: 2 })
    expect((await grantOf(mine[0].key))?.key.status).toBe('active')

    const done = await revokeKeys(fixture.context, dana, { filter, reason: 'laptop stolen', dryRun: false })
    expect(done.keys.map(({ id }) => id).toSorted()).toEqual(mine.map(({ id }) => id).toSorted())
    for (const { key } of mine)
      expect((await grantOf(key))?.key).toMatchObject({ status: 'revoked', statusReason: 'laptop stolen' })
    expect((await grantOf(theirs.key))?.key.status).toBe('active')
    const entries = await fixture.context.db.auditEntry.findMany({ where: { action: 'key.revoke_many' } })
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({ summary: 'revoked 2 keys by filter: laptop stolen' })
    expect(await revokeKeys(fixture.context, dana, { filter, dryRun: false })).toMatchObject({ count: 0 })
  })

  test('is quick for a whole team: its version rises instead of that of each key', async () => {
    const template = await mint(bootstrap, { kind: 'service', name: 'fleet', environment: 'fleet' })
    await fixture.context.db.$executeRaw`
      INSERT INTO virtual_key (id, name, kind, status, team_id, workload_id, profile_id, environment, limits, tags, created_by)
      SELECT 'key_fleet_' || n, 'fleet ' || n, kind, status, team_id, workload_id, profile_id, environment, limits, tags, created_by
      FROM virtual_key, generate_series(1, 5000) n WHERE id = ${template.id}`
    const before = BigInt((await publishedVersion('team:team_platform')) ?? 0)
    const startedMs = performance.now()
    const done = await revokeKeys(fixture.context, bootstrap, { filter: { environment: ['fleet'] }, dryRun: false })
    expect(performance.now() - startedMs).toBeLessThan(5000)
    expect(done.count).toBe(5001)
    expect(BigInt((await publishedVersion('team:team_platform')) ?? 0)).toBeGreaterThan(before)
    expect((await grantOf(template.key))?.key.status).toBe('revoked')
  })
})

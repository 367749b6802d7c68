import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { issueFirstKey } from '#lib/keys/issue-first-key.ts'
import { createKeyInput, type CreateKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { digestOf, hasValidChecksum } from '#lib/keys/rules/key-text.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { actorNamed, bootstrap, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
const dayMs = 86_400_000
let fixture: TestContext
let company: SmallCompany
let [ada, dana, tess, cole, finn]: Actor[] = []

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  company = await createSmallCompany(fixture.context.db, nowMs)
  ;[ada, dana, tess, cole, finn] = await Promise.all(
    (['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const).map((name) => actorNamed(fixture.context.db, name)),
  )
})
afterAll(() => fixture.close())
beforeEach(() => fixture.context.db.virtualKey.updateMany({ data: { status: 'revoked' } }))

const mint = (actor: Actor | undefined, input: Partial<CreateKeyInput> = {}) =>
  mintKey(fixture.context, actor!, createKeyInput.parse({ name: 'a key', kind: 'personal', ...input }))
const refusal = (actor: Actor | undefined, input: Partial<CreateKeyInput>) =>
  mint(actor, input).then(
    () => null,
    (error: { code: string; errors: { field: string; maximum?: unknown }[] }) => ({
      code: error.code,
      fields: error.errors.map(({ field }) => field),
    }),
  )
const grantOf = async (text: string) =>
  (await loadGrant(fixture.context.db, digestOf(text, fixture.context.config.pepper), nowMs))?.grant
const countKeys = () => fixture.context.db.virtualKey.count()

describe('a new key', () => {
  test('works at once with the text that is told, and has the defaults of its profile', async () => {
    const minted = await mint(dana, { name: 'dana-default' })
    expect(hasValidChecksum(minted.key)).toBe(true)
    expect(minted).toMatchObject({
      name: 'dana-default',
      kind: 'personal',
      status: 'active',
      display: `sk-gh-…${minted.key.slice(-4)}`,
      owner: { id: 'user_dana', name: 'Dana' },
      team: { id: 'team_search' },
      workload: null,
      profile: { name: 'Experiment' },
      limits: { rpm: 600, tpm: 1_000_000, concurrency: 64 },
      budget: { amountUsd: '50', period: 'month', posture: 'hard', spentUsd: '0' },
      expiresAt: new Date(nowMs + 90 * dayMs).toISOString(),
      overrides: [],
    })
    expect(await grantOf(minted.key)).toMatchObject({
      key: { id: minted.id, status: 'active' },
      user: { id: 'user_dana' },
      budgets: [{ amountNanos: '50000000000', timeZone: 'Europe/Berlin' }],
    })
  })

  test('leaves its text nowhere but in the answer', async () => {
    const { key } = await mint(dana)
    const tables = await fixture.context.db.$queryRaw<
      { table: string }[]
    >`SELECT tablename AS table FROM pg_tables WHERE schemaname = 'public'`
    for (const { table } of tables) {
      const [{ hits } = { hits: 0n }] = await fixture.context.db.$queryRawUnsafe<{ hits: bigint }[]>(
        `SELECT count(*) AS hits FROM "${table}" t WHERE t::text LIKE '%${key.slice(6, 46)}%'`,
      )
      expect([table, hits]).toEqual([table, 0n])
    }
  })

  test('is audited in the same transaction, without its text or digest', async () => {
    const { id, key } = await mint(dana, { name: 'audited', tags: { app: 'x' } })
    const [entry] = await fixture.context.db.auditEntry.findMany({ where: { targetId: id } })
    expect(entry).toMatchObject({
      action: 'key.create',
      actorId: 'user_dana',
      targetName: 'audited',
      summary: 'created personal key audited',
    })
    expect(JSON.stringify(entry?.after)).not.toContain(key.slice(-6))
    expect(JSON.stringify(entry?.after)).not.toContain('digest')
  })
})

describe('whose a new key is', () => {
  test('personal: the caller, in their primary team', async () => {
    expect(await mint(tess)).toMatchObject({ owner: { id: 'user_tess' }, team: { id: 'team_search' } })
  })

  test('personal with an owner: only when an administrator says so', async () => {
    expect(await mint(ada, { ownerId: 'user_dana' })).toMatchObject({
      owner: { id: 'user_dana' },
      team: { id: 'team_search' },
    })
    expect(await mint(bootstrap, { ownerId: 'user_cole' })).toMatchObject({
      owner: { id: 'user_cole' },
      profile: { name: 'Restricted' },
    })
    expect(await refusal(tess, { ownerId: 'user_dana' })).toMatchObject({ code: 'forbidden' })
    expect(await refusal(ada, { ownerId: 'user_nobody' })).toEqual({ code: 'validation_failed', fields: ['ownerId'] })
  })

  test('a token has none of its own', async () => {
    expect(await refusal(bootstrap, {})).toMatchObject({ code: 'forbidden' })
  })

  test.each(['app', 'agent', 'service', 'ci'] as const)(
    '%s: a workload of its name in the team, made or found',
    async (kind) => {
      const first = await mint(dana, { kind, name: `refund ${kind}` })
      const second = await mint(tess, { kind, name: `refund ${kind}` })
      expect(first).toMatchObject({
        owner: null,
        workload: { name: `refund ${kind}`, kind },
        team: { id: 'team_search' },
      })
      expect(second.workload?.id).toBe(first.workload?.id)
      const workload = await fixture.context.db.workload.findUniqueOrThrow({ where: { id: first.workload!.id } })
      expect(workload.ownerUserId).toBe('user_dana')
      expect(await grantOf(second.key)).toMatchObject({ user: null, workload: { id: workload.id } })
    },
  )

  test('two at once for a new workload make one workload', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => mint(bootstrap, { kind: 'agent', name: 'twin', teamId: 'team_search' })),
    )
    expect(new Set(made.map(({ workload }) => workload?.id)).size).toBe(1)
    expect(await fixture.context.db.workload.count({ where: { name: 'twin' } })).toBe(1)
  })

  test('automation that names no team works for Platform', async () => {
    expect(await mint(bootstrap, { kind: 'service' })).toMatchObject({
      team: { id: 'team_platform' },
      createdBy: 'bootstrap',
    })
    expect(await mint(bootstrap, { kind: 'team' })).toMatchObject({
      team: { id: 'team_platform' },
      workload: null,
      owner: null,
    })
  })

  test('a project or workload brings its team and environment', async () => {
    const { workload } = await mint(bootstrap, { kind: 'service', name: 'ranker', projectId: 'proj_ranking' })
    expect(await mint(bootstrap, { kind: 'service', workloadId: workload!.id })).toMatchObject({
      team: { id: 'team_search' },
      project: { id: 'proj_ranking' },
      environment: 'production',
      workload: { id: workload!.id },
    })
  })

  test('another team of the owner may be named, one that is not theirs may not', async () => {
    await fixture.context.db.teamMember.create({ data: { teamId: 'team_platform', userId: 'user_dana' } })
    const danaInBoth = await actorNamed(fixture.context.db, 'Dana')
    expect(await mint(danaInBoth, { teamId: 'team_platform' })).toMatchObject({ team: { id: 'team_platform' } })
    await fixture.context.db.teamMember.delete({
      where: { teamId_userId: { teamId: 'team_platform', userId: 'user_dana' } },
    })
    expect(await refusal(dana, { kind: 'service', teamId: 'team_platform' })).toMatchObject({ code: 'forbidden' })
    expect(await refusal(ada, { ownerId: 'user_dana', teamId: 'team_finance' })).toEqual({
      code: 'validation_failed',
      fields: ['teamId'],
    })
  })

  test('a team that does not exist looks like one that is not theirs', async () => {
    expect(await refusal(dana, { kind: 'service', teamId: 'team_ghost' })).toEqual(
      await refusal(dana, { kind: 'service', teamId: 'team_finance' }),
    )
  })

  test.each([
    ['a workload of another team', { kind: 'service', workloadId: 'wl_platform' }, ['workloadId']],
    ['a project of another team', { kind: 'service', projectId: 'proj_platform' }, ['projectId']],
    ['a workload that does not exist', { kind: 'service', workloadId: 'wl_ghost' }, ['workloadId']],
    ['a workload for a personal key', { kind: 'personal', workloadId: 'wl_platform' }, ['workloadId']],
  ] as const)('%s is refused', async (_, input, fields) => {
    await fixture.context.db.workload.createMany({
      data: [{ id: 'wl_platform', name: 'p', kind: 'service', teamId: 'team_platform' }],
      skipDuplicates: true,
    })
    await fixture.context.db.project.createMany({
      data: [{ id: 'proj_platform', name: 'p', teamId: 'team_platform' }],
      skipDuplicates: true,
    })
    expect(await refusal(dana, input)).toEqual({ code: 'validation_failed', fields })
  })

  test('ids that belong to different teams are told field by field', async () => {
    expect(await refusal(bootstrap, { kind: 'service', teamId: 'team_finance', projectId: 'proj_ranking' })).toEqual({
      code: 'validation_failed',
      fields: ['projectId'],
    })
  })

  test("roles without a right to keys are refused, and so is a profile that is not one's own", async () => {
    expect(await refusal(finn, {})).toMatchObject({ code: 'forbidden' })
    expect(await refusal(dana, { profileId: company.profiles.production })).toMatchObject({ code: 'forbidden' })
    expect(await mint(bootstrap, { kind: 'service', profileId: company.profiles.production })).toMatchObject({
      profile: { name: 'Production' },
    })
  })

  test('a kind that the profile does not have is refused', async () => {
    expect(await refusal(cole, { kind: 'agent' })).toMatchObject({ code: 'forbidden' })
    expect(await refusal(dana, { kind: 'team' })).toMatchObject({ code: 'forbidden' })
  })
})

describe('beyond the profile', () => {
  const tooMuch: Partial<CreateKeyInput> = {
    limits: { rpm: 5000, concurrency: null },
    budget: { amountUsd: '9000000', period: 'total', posture: 'hard' },
    expiresAt: null,
  }

  test('everything is refused with every maximum, and nothing is written', async () => {
    const before = [
      await countKeys(),
      await fixture.context.db.auditEntry.count(),
      await fixture.context.db.workload.count(),
    ]
    await expect(mint(dana, { kind: 'service', name: 'never made', ...tooMuch })).rejects.toMatchObject({
      code: 'guardrail_exceeded',
      errors: [
        { field: 'limits.rpm', maximum: 1200 },
        { field: 'limits.concurrency', maximum: 128 },
        { field: 'budget.amountUsd', maximum: '200' },
        { field: 'expiresAt', maximum: new Date(nowMs + 180 * dayMs).toISOString() },
      ],
    })
    expect([
      await countKeys(),
      await fixture.context.db.auditEntry.count(),
      await fixture.context.db.workload.count(),
    ]).toEqual(before)
  })

  test('a model that the profile does not have is named', async () => {
    expect(await refusal(cole, { models: ['gpt-4o-mini', 'claude-opus-4-1'] })).toEqual({
      code: 'guardrail_exceeded',
      fields: ['models'],
    })
  })

  test('administrators may go, the key remembers, the grant obeys, and the audit says so', async () => {
    const minted = await mint(bootstrap, { kind: 'service', name: 'load test', ...tooMuch })
    expect(minted).toMatchObject({
      overrides: ['limits.rpm', 'limits.concurrency', 'budget', 'expiresAt'],
      limits: { rpm: 5000, concurrency: null },
      budget: { amountUsd: '9000000', period: 'total' },
      expiresAt: null,
    })
    const grant = await grantOf(minted.key)
    expect(
      grant?.limits
        .filter(({ kind }) => kind === 'rpm' || kind === 'concurrency')
        .map(({ kind, limit }) => [kind, limit]),
    ).toEqual([['rpm', 5000]])
    expect(grant?.budgets[0]?.amountNanos).toBe('9000000000000000')
    const entry = await fixture.context.db.auditEntry.findFirst({ where: { targetId: minted.id } })
    expect(entry?.summary).toContain(
      'beyond the profile Experiment in limits.rpm, limits.concurrency, budget, expiresAt',
    )
  })

  test('no budget and no limits at all is an override too', async () => {
    const minted = await mint(bootstrap, {
      kind: 'service',
      budget: null,
      limits: { rpm: null, rph: null, rpd: null, tpm: null, tpd: null, concurrency: null },
    })
    expect(await grantOf(minted.key)).toMatchObject({ limits: [], budgets: [] })
  })
})

describe('keys per person', () => {
  test('hold when many are made at once, 10 of 25 every time', async () => {
    for (let round = 0; round < 3; round++) {
      await fixture.context.db.virtualKey.updateMany({ data: { status: 'revoked' } })
      const outcomes = await Promise.all(
        Array.from({ length: 25 }, (_, i) =>
          refusal(dana, i % 2 === 0 ? {} : { kind: 'service', name: `service ${i}` }),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(10)
      expect(
        outcomes.filter(
          (outcome) => outcome?.code === 'guardrail_exceeded' && outcome.fields.includes('keysPerPerson'),
        ),
      ).toHaveLength(15)
    }
  })

  test('do not count what is revoked or has run out', async () => {
    for (let i = 0; i < 3; i++) await mint(cole)
    expect(await refusal(cole, {})).toEqual({ code: 'guardrail_exceeded', fields: ['keysPerPerson'] })
    await fixture.context.db.virtualKey.updateMany({
      where: { ownerUserId: 'user_cole', status: 'active' },
      data: { expiresAt: new Date(nowMs) },
    })
    expect(await refusal(cole, {})).toBeNull()
  })
})

describe('the first key', () => {
  test('makes itself once, however many pages are open', async () => {
    await fixture.context.db.virtualKey.deleteMany({ where: { ownerUserId: 'user_dana' } })
    const issued = await Promise.all(Array.from({ length: 6 }, () => issueFirstKey(fixture.context, dana!)))
    const keys = issued.filter((key) => key !== null)
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({ name: 'dana-default', kind: 'personal', status: 'active' })
    expect(hasValidChecksum(keys[0]!.key)).toBe(true)
    expect(await issueFirstKey(fixture.context, dana!)).toBeNull()
  })

  test('does not come back after it was revoked', async () => {
    await fixture.context.db.virtualKey.updateMany({ data: { status: 'revoked' } })
    expect(await issueFirstKey(fixture.context, dana!)).toBeNull()
  })

  test('is not for those who may not have one, nor for profiles that issue none, nor for tokens', async () => {
    expect(await issueFirstKey(fixture.context, finn!)).toBeNull()
    expect(await issueFirstKey(fixture.context, bootstrap)).toBeNull()
    await fixture.context.db.virtualKey.deleteMany({ where: { ownerUserId: 'user_tess' } })
    await fixture.context.db.user.update({
      where: { id: 'user_tess' },
      data: { profileId: company.profiles.production },
    })
    expect(await issueFirstKey(fixture.context, tess!)).toBeNull()
    await fixture.context.db.user.update({
      where: { id: 'user_tess' },
      data: { profileId: company.profiles.experiment },
    })
  })
})

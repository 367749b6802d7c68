/** A policy edit is one write, however many keys are on the profile. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { digestOf } from '#lib/keys/rules/key-text.ts'
import { profileEndpoints } from '#lib/policy/endpoints.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

/** More by the environment: MANY_KEYS=100000. */
const many = Number(process.env.MANY_KEYS ?? 10_000)
let fixture: TestContext
let company: SmallCompany
let ada: Actor

beforeAll(async () => {
  fixture = await openTestContext()
  const { db, config } = fixture.context
  company = await createSmallCompany(db)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs: Date.now() }),
  )
  ada = await actorNamed(db, 'Ada')
  await db.$executeRaw`
    INSERT INTO virtual_key (id, name, kind, owner_user_id, team_id, profile_id, created_by)
    SELECT 'key_many_' || n, 'many-' || n, 'personal', 'user_finn', 'team_search', ${company.profiles.experiment}, 'user_ada'
    FROM generate_series(1, ${many}::int) AS n`
}, 60_000)
afterAll(() => fixture.close())

test(`on a profile of ${many.toLocaleString('en-US')} keys is in force within a second, and touches no key`, async () => {
  const { db, redis, config } = fixture.context
  const dana = await actorNamed(db, 'Dana')
  const { key } = await mintKey(fixture.context, dana, createKeyInput.parse({ name: 'k', kind: 'personal' }))
  const grant = async () => (await loadGrant(db, digestOf(key, config.pepper), Date.now()))!.grant
  const subject = `profile:${company.profiles.experiment}`
  const written = async () =>
    (await db.$queryRaw<{ n: bigint }[]>`SELECT count(DISTINCT xmin::text) AS n FROM virtual_key`)[0]!.n
  const before = await written()

  const startedMs = performance.now()
  const answer = await apiOf(fixture.context, profileEndpoints)(
    ada,
    'PATCH',
    `/profiles/${company.profiles.experiment}`,
    {
      version: 1,
      policy: { defaultOutputTokens: 1_234 },
    },
  )
  const tookMs = performance.now() - startedMs
  expect(answer.status).toBe(200)
  // What every gateway compares on its next call says so already.
  const { version } = await db.policyVersion.findUniqueOrThrow({ where: { subject } })
  expect(await redis.get(versionKey(subject))).toBe(String(version))
  expect(await grant()).toMatchObject({ defaultOutputTokens: 1_234 })
  expect(tookMs).toBeLessThan(1_000)
  expect(await written()).toBe(before)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { createGrants } from '#lib/gateway/grants.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { rotateKey } from '#lib/keys/rotate-key.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let fixture: TestContext
beforeAll(async () => {
  fixture = await openTestContext()
  await createSmallCompany(fixture.context.db)
})
afterAll(() => fixture.close())

function grants() {
  const { db, redis, config, clock } = fixture.context
  return createGrants({
    redis,
    peppers: [config.pepper],
    loadGrant: async (digest) => (await loadGrant(db, digest, clock.nowMs()))?.grant ?? null,
    loadCatalog: () => loadCatalog(db, config.masterKey),
    nowMs: clock.nowMs,
  })
}

test('a rotated secret ends with its grace, on gateways that know it and through Redis', async () => {
  const dana = await actorNamed(fixture.context.db, 'Dana')
  const first = await mintKey(fixture.context, dana, createKeyInput.parse({ name: 'k', kind: 'personal' }))
  const second = await rotateKey(fixture.context, dana, { id: first.id, graceSeconds: 60 })
  const warm = grants()
  expect((await warm.identify(first.key))?.grant.key.id).toBe(first.id)
  expect((await warm.identify(second.key))?.grant.key.id).toBe(first.id)

  fixture.setNow(fixture.context.clock.nowMs() + 60_000)
  const cold = grants()
  expect(await warm.identify(first.key)).toBeNull()
  expect(await cold.identify(first.key)).toBeNull()
  expect(await warm.identify(second.key)).not.toBeNull()
  expect(await cold.identify(second.key)).not.toBeNull()
})

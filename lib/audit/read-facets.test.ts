import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAuditFacets } from '#lib/audit/read-facets.ts'
import { recordAudit } from '#lib/audit/record-audit.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let fixture: TestContext
beforeAll(async () => {
  fixture = await openTestContext()
  await createSmallCompany(fixture.context.db)
})
afterAll(() => fixture.close())

const record = (actor: typeof bootstrap, action: string, targetType: string) =>
  fixture.context.db.$transaction((tx) =>
    recordAudit(tx, actor, { action, targetType, targetId: 'x', targetName: 'x', summary: 'x' }),
  )

describe('what the audit log can be filtered by', () => {
  test('is nothing while the log is empty', async () => {
    expect(await readAuditFacets(fixture.context, bootstrap)).toEqual({ actors: [], actions: [], targetTypes: [] })
  })

  test('is each actor, action and target type once, actors under their latest name', async () => {
    const ada = await actorNamed(fixture.context.db, 'Ada')
    await record(ada, 'team.update', 'team')
    await record(bootstrap, 'key.create', 'key')
    await record({ ...ada, name: 'Ada Okafor' }, 'team.update', 'team')
    expect(await readAuditFacets(fixture.context, bootstrap)).toEqual({
      actors: [
        { id: 'user_ada', type: 'user', name: 'Ada Okafor' },
        { id: 'bootstrap', type: 'token', name: 'Bootstrap token' },
      ],
      actions: ['key.create', 'team.update'],
      targetTypes: ['key', 'team'],
    })
  })

  test('is not told to a developer', async () => {
    const dana = await actorNamed(fixture.context.db, 'Dana')
    await expect(readAuditFacets(fixture.context, dana)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

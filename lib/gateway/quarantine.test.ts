/** A quarantine as a caller meets it, on both mounts: from its next call on, until its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { releaseQuarantines } from '#lib/jobs/release-quarantines.ts'
import { changeKeyStatus, quarantineKey } from '#lib/keys/change-key-status.ts'
import type { Context } from '#lib/platform/context.ts'
import { createLog } from '#lib/platform/log.ts'
import { startTestGateway, mounts, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

let world: TestGateway
let context: Context
let nowMs = Date.now()

beforeAll(async () => {
  world = await startTestGateway()
  const { db, sql } = world.database
  const clock = { nowMs: () => nowMs }
  context = { config: world.config, db, sql, redis: world.redis, clock, log: createLog('test', 'silent') }
})
afterAll(() => world.close())

const call = (base: string, key: TestKey, prompt = 'hello') =>
  fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: prompt }] }),
  })

describe.each(mounts)('through the %s', (mount) => {
  test('a dry run counts the running call and stops nothing; the act stops the next call and lets the running one finish', async () => {
    nowMs = Date.now()
    const base = world.urlOf(mount)
    const key = await world.makeKey()
    const running = await call(base, key, '@sim out=8 gap=100')
    const dry = await quarantineKey(context, bootstrap, key.id, { dryRun: true })
    expect(dry).toMatchObject({ status: 'active', stops: { keys: 1, runningCalls: 1 } })

    const second = await call(base, key)
    expect(second.status).toBe(200)
    await second.text()

    const until = new Date(nowMs + 60_000).toISOString()
    await quarantineKey(context, bootstrap, key.id, { reason: 'odd calls', until, dryRun: false })
    const refused = await call(base, key)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      error: { code: 'key_quarantined', message: expect.stringContaining('odd calls') },
    })
    expect(await running.text()).toContain('[DONE]')

    nowMs += 60_000
    expect(await releaseQuarantines(context)).toEqual({ released: 1 })
    const after = await call(base, key)
    expect(after.status).toBe(200)
    await after.text()
  })

  test('a release by hand lets the very next call pass', async () => {
    const key = await world.makeKey()
    await quarantineKey(context, bootstrap, key.id, { dryRun: false })
    expect((await call(world.urlOf(mount), key)).status).toBe(403)
    await changeKeyStatus(context, bootstrap, { id: key.id, step: 'release' })
    const after = await call(world.urlOf(mount), key)
    expect(after.status).toBe(200)
    await after.text()
  })
})

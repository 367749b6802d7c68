/** Personal keys on web pages, on both mounts: allowed, warned of or refused by the profile, from the very next call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import type { BrowserOrigin } from '#lib/policy/contract.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

const page = 'https://demo.example'
const allowed = 'https://chat.example'
let world: TestGateway

beforeAll(async () => {
  world = await startTestGateway({}, { GATEHOUSE_CORS_ORIGINS: allowed })
  await ensureGroup(world.redis)
})
afterAll(() => world.close())

async function policyIs(browserOrigin: BrowserOrigin | undefined): Promise<void> {
  const id = world.company.profiles.experiment
  await world.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    const { browserOrigin: _, ...others } = policy as Record<string, unknown>
    await db.accessProfile.update({
      where: { id },
      data: { policy: { ...others, ...(browserOrigin ? { browserOrigin } : {}) } as object },
    })
  })
}

async function chat(base: string, key: TestKey, origin: string | null = page) {
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key.text}`,
      'content-type': 'application/json',
      ...(origin === null ? {} : { origin }),
    },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] }),
  })
  return { status: response.status, warning: response.headers.get('x-gatehouse-warning'), body: await response.json() }
}

const list = (base: string, key: TestKey) =>
  fetch(`${base}/v1/models`, { headers: { authorization: `Bearer ${key.text}`, origin: page } })

/** The page that an alert on the key names. */
async function pageTold(key: TestKey) {
  const { sql, db } = world.database
  await expect
    .poll(async () => {
      await ingestEntries({ sql, redis: world.redis, nowMs: Date.now }, await takeNew(world.redis, 'test', 1000, 1))
      return db.usageEvent.count({ where: { keyId: key.id } })
    })
    .toBeGreaterThan(0)
  const alert = await db.alert.findFirst({
    where: { subjectType: 'key', subjectId: key.id, kind: 'key_in_browser', closedAt: null },
    select: { facts: true },
  })
  return alert && (alert.facts as { page: string }).page
}

describe.each(mounts)('a call from a web page, through the %s', (mount) => {
  test('is let through without a word where the profile allows it, or is older than the choice', async () => {
    const key = await world.makeKey()
    for (const choice of ['allow', undefined] as const) {
      await policyIs(choice)
      expect(await chat(world.urlOf(mount), key)).toMatchObject({ status: 200, warning: null })
    }
    expect(await pageTold(key)).toBeNull()
  })

  test('is let through with a warning in its head, and told on the key, where the profile warns', async () => {
    await policyIs('warn')
    const key = await world.makeKey()
    expect(await chat(world.urlOf(mount), key)).toMatchObject({
      status: 200,
      warning: expect.stringContaining('from a server'),
    })
    expect((await list(world.urlOf(mount), key)).headers.get('x-gatehouse-warning')).not.toBeNull()
    expect(await pageTold(key)).toBe(page)
  })

  test('is refused with the way out, lists too, where the profile refuses, until it no longer does', async () => {
    await policyIs('refuse')
    const key = await world.makeKey()
    const refused = await chat(world.urlOf(mount), key)
    expect(refused.status).toBe(403)
    expect(refused.body.error).toMatchObject({
      code: 'endpoint_not_allowed',
      message: expect.stringMatching(/web page \(https:\/\/demo\.example\).*Call from a server/),
    })
    expect((await list(world.urlOf(mount), key)).status).toBe(403)
    expect(await pageTold(key)).toBe(page)
    await policyIs('allow')
    expect((await chat(world.urlOf(mount), key)).status).toBe(200)
  })

  test('is no matter with a key that is not personal, from the portal itself, or without an origin', async () => {
    await policyIs('refuse')
    const personal = await world.makeKey()
    const app = await world.makeKey({ kind: 'app' })
    const base = world.urlOf(mount)
    expect(await chat(base, app)).toMatchObject({ status: 200, warning: null })
    expect(await chat(base, personal, world.config.publicUrl)).toMatchObject({ status: 200, warning: null })
    expect(await chat(base, personal, null)).toMatchObject({ status: 200, warning: null })
    expect((await chat(base, personal, 'null')).status).toBe(403)
  })

  test('with a dead key learns of the key first', async () => {
    await policyIs('refuse')
    const key = await world.makeKey({ status: 'revoked' })
    expect((await chat(world.urlOf(mount), key)).body.error.code).toBe('key_revoked')
  })
})

/** What a browser asks before it sends a key. */
const preflight = (base: string, origin: string, path = '/v1/chat/completions') =>
  fetch(base + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-stainless-lang',
    },
  })

describe.each(mounts)('a browser that asks before it calls, through the %s', (mount) => {
  test('is told yes where the setting allows the origin, on every path and wire', async () => {
    for (const path of ['/v1/chat/completions', '/anthropic/v1/messages', '/gemini/v1beta/models/x:generateContent']) {
      const answer = await preflight(world.urlOf(mount), allowed, path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 204, ''])
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'access-control-allow-origin': allowed,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, x-stainless-lang',
        vary: expect.stringContaining('Origin'),
      })
    }
  })

  test('is told no, and why, elsewhere; a look-alike is elsewhere', async () => {
    for (const origin of [page, `${allowed}.evil.example`, 'null', 'http://chat.example', allowed.toUpperCase()]) {
      const answer = await preflight(world.urlOf(mount), origin)
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null])
      expect((await answer.json()).error).toMatchObject({
        code: 'endpoint_not_allowed',
        message: expect.stringContaining('GATEHOUSE_CORS_ORIGINS'),
      })
    }
    const plain = await fetch(`${world.urlOf(mount)}/v1/chat/completions`, { method: 'OPTIONS' })
    expect([plain.status, plain.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('reads the answer, its warning and its refusal, where the origin is allowed, and there alone', async () => {
    const call = async (origin: string, key: TestKey) => {
      const { headers, status } = await fetch(`${world.urlOf(mount)}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json', origin },
        body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] }),
      })
      return [status, headers.get('access-control-allow-origin'), headers.get('access-control-expose-headers')]
    }
    await policyIs('warn')
    const key = await world.makeKey()
    expect(await call(allowed, key)).toEqual([200, allowed, '*'])
    expect(await call(page, key)).toEqual([200, null, null])
    await policyIs('refuse')
    expect(await call(allowed, key)).toEqual([403, allowed, '*'])
    expect(await call(allowed, { ...key, text: 'sk-gh-nothing' })).toEqual([401, allowed, '*'])
  })
})

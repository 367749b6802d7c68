/** Running streams of keys that may not call any more. A gateway on a real socket, real PostgreSQL and Redis, the simulator. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeKeyStatus } from '#lib/keys/change-key-status.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { Context } from '#lib/platform/context.ts'
import { createLog } from '#lib/platform/log.ts'
import { lastEventOf } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

let g: TestGateway
let context: Context
beforeAll(async () => {
  g = await startTestGateway()
  context = { config: g.config, ...g.database, redis: g.redis, clock: systemClock, log: createLog('test', 'silent') }
})
afterAll(() => g.close())

async function streamsAre(killStreams: boolean): Promise<void> {
  const { experiment: id } = g.company.profiles
  await g.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    await db.accessProfile.update({ where: { id }, data: { policy: { ...(policy as object), killStreams } } })
  })
}

const suspend = (key: TestKey) => changeKeyStatus(context, bootstrap, { id: key.id, step: 'suspend', reason: 'test' })

/** A stream to its end, in pieces; `begun` hears of its first. */
async function stream(path: string, key: TestKey, content: string, begun: () => void = () => {}) {
  const response = await fetch(`${g.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      stream: true,
      max_tokens: 1_000,
      messages: [{ role: 'user', content }],
    }),
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    if (text === '') begun()
    text += decoder.decode(chunk as Uint8Array, { stream: true })
  }
  return { status: response.status, text }
}

/** Suspends the key when its stream has begun; a stream would take twenty seconds. */
async function suspendedStream(path: string, key: TestKey, content: string) {
  let begun: () => void = () => {}
  const hasBegun = new Promise<void>((resolve) => (begun = resolve))
  const ended = stream(path, key, content, begun)
  await hasBegun
  await suspend(key)
  return ended
}

const long = '@sim out=400 gap=50'

describe('a running stream of a key that is suspended', () => {
  test.each([
    ['/v1/chat/completions', /data: \{"error":\{[^\n]*"code":"key_suspended"[^\n]*\n\n$/],
    ['/anthropic/v1/messages', /event: error\ndata: \{"type":"error"[^\n]*key_suspended[^\n]*\n\n$/],
  ])('is cut with an error event of its own wire, and charged for what it produced: %s', async (path, end) => {
    await streamsAre(true)
    const [key, other] = [await g.makeKey(), await g.makeKey()]
    const untouched = stream(path, other, '@sim out=60 gap=50')
    const { status, text } = await suspendedStream(path, key, long)
    expect(status).toBe(200)
    expect(text).toMatch(end)
    expect(text).not.toMatch(/\[DONE\]|message_stop/)
    const event = await lastEventOf(g, key.id)
    expect(event).toMatchObject({ outcome: 'cut', errorCode: 'key_suspended', estimated: true })
    expect(event.tokens.output).toBeGreaterThan(0)
    expect(event.tokens.output).toBeLessThan(200)
    expect((await untouched).text).toMatch(/\[DONE\]|message_stop/)
  })

  test('is refused where nothing has been sent yet, and costs nothing', async () => {
    await streamsAre(true)
    const key = await g.makeKey()
    const ended = stream('/v1/chat/completions', key, '@sim ttft=20000')
    await expect.poll(() => g.heldOn(key).then(() => g.gateway.running())).toBeGreaterThan(0)
    await suspend(key)
    const { status, text } = await ended
    expect(status).toBe(401)
    expect(text).toContain('key_suspended')
    expect(await lastEventOf(g, key.id)).toMatchObject({ outcome: 'failed', costNanos: '0' })
  })

  test('finishes where the profile does not have streams cut', async () => {
    await streamsAre(false)
    const key = await g.makeKey()
    const { text } = await suspendedStream('/v1/chat/completions', key, '@sim out=50 gap=50')
    expect(text).toContain('[DONE]')
  })

  test('goes on when only something else of its key has changed', async () => {
    await streamsAre(true)
    const key = await g.makeKey()
    const ended = stream('/v1/chat/completions', key, '@sim out=50 gap=50')
    await g.change([`key:${key.id}`], ({ db }) =>
      db.virtualKey.update({ where: { id: key.id }, data: { name: 'renamed', limits: { rpm: 1 } } }),
    )
    expect((await ended).text).toContain('[DONE]')
  })
})

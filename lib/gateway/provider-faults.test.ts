/** Faults F13 to F15: what failing providers get to do, and what callers and the ledger see of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, callsAtOnce, eventsOf, type Answer } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'
import {
  errorAnswer,
  goodAnswer,
  routedModel,
  startScriptedProviders,
  type Script,
  type ScriptedProviders,
} from '#lib/testing/scripted-provider.ts'

const firstByteMs = 1_000
const answerMs = 3_500

let g: TestGateway
let providers: ScriptedProviders
beforeAll(async () => {
  providers = await startScriptedProviders()
  g = await startTestGateway({ firstByteMs, answerMs, idleMs: 1_000 })
})
afterAll(async () => {
  await g?.close()
  providers?.close()
})

const aBudget = { budget: { amountNanos: 1_000_000_000n } }
const codeOf = (answer: Answer): string => (JSON.parse(answer.text) as { error: { code: string } }).error.code
const metrics = async (): Promise<string> => (await fetch(`${g.url}/metrics`)).text()

describe('a provider that answers 429', () => {
  test.each([
    ['and names a second', { 'retry-after': '1' }],
    ['and names a tenth of a second', { 'retry-after-ms': '100' }],
    ['and names no time', {}],
  ])('%s is asked at most 1.1 times a call, and nothing is charged', async (_what, headers) => {
    const provider = providers.add(errorAnswer(429, headers as Record<string, string>))
    const { name } = await routedModel(g, provider)
    const key = await g.makeKey(aBudget)
    const endMs = Date.now() + 2_500
    const answers = await callsAtOnce(
      8,
      (made) => made < 150 || Date.now() < endMs,
      () => call(g, key, name),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]))
    expect(providers.calls(provider) / answers.length).toBeLessThanOrEqual(1.1)
    const events = await eventsOf(g, key, answers.length)
    expect(events.reduce((sum, event) => sum + BigInt(event.costNanos), 0n)).toBe(0n)
    expect(events.flatMap(({ attempts }) => attempts)).toHaveLength(providers.calls(provider))
    expect(await g.heldOn(key)).toBe(0n)
  })

  test.each(mounts)('is passed through the %s; until its time is over the gateway answers itself', async (mount) => {
    const provider = providers.add((one) =>
      one.index === 0 ? errorAnswer(429, { 'retry-after': '3' })(one) : goodAnswer(one),
    )
    const { name, providerIds } = await routedModel(g, provider)
    const key = await g.makeKey(aBudget)
    const first = await call(g, key, name, { mount })
    expect([first.status, first.headers['retry-after']]).toEqual([429, '3'])
    expect(first.text).toContain('provider says 429')

    const second = await call(g, key, name, { mount })
    expect([second.status, codeOf(second)]).toEqual([429, 'rate_limit_exceeded'])
    expect(Number(second.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(Number(second.headers['retry-after'])).toBeLessThanOrEqual(3)
    expect(second.headers['x-should-retry']).toBeUndefined()
    expect(providers.calls(provider)).toBe(1)
    expect(await metrics()).toMatch(
      new RegExp(`gatehouse_open_circuits\\{provider="${providerIds[0]}",deployment="depl_\\w+",state="cooling"\\} 1`),
    )

    await sleep(Number(second.headers['retry-after']) * 1_000)
    expect((await call(g, key, name, { mount })).status).toBe(200)
    expect(await metrics()).not.toMatch(new RegExp(`gatehouse_open_circuits\\{provider="${providerIds[0]}"`))
    const events = await eventsOf(g, key, 3)
    expect(events.map(({ outcome, status, attempts }) => [outcome, status, attempts.length])).toEqual([
      ['failed', 429, 1],
      ['failed', 429, 0],
      ['served', 200, 1],
    ])
  })

  test('and names a moment is asked again after it', async () => {
    const at: number[] = []
    const provider = providers.add((one) => {
      at.push(Date.now())
      if (one.index === 0) errorAnswer(429, { 'retry-after-ms': '400' })(one)
      else goodAnswer(one)
    })
    const key = await g.makeKey(aBudget)
    const { name } = await routedModel(g, provider)
    expect((await call(g, key, name)).status).toBe(200)
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(395)
    const [event] = await eventsOf(g, key, 1)
    expect(event).toMatchObject({ outcome: 'served', attempts: [{ status: 429 }, { status: 200 }] })
  })

  test('to one credential is asked with its other, and the first rests until its time is over', async () => {
    const asked: string[] = []
    const limited: Script = (one) => {
      const credential = one.headers.authorization!.replace('Bearer ', '')
      asked.push(credential)
      if (credential === 'tired') errorAnswer(429, { 'retry-after': '60' })(one)
      else goodAnswer(one)
    }
    const [provider, elsewhere] = [providers.add(limited), providers.add(goodAnswer)]
    const { name } = await routedModel(g, { baseUrl: provider, credentials: ['tired', 'fresh'] }, elsewhere)
    const key = await g.makeKey()
    const answers = await callsAtOnce(
      4,
      (made) => made < 40,
      () => call(g, key, name),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    // Those that were on their way when the first 429 came, and none after it.
    expect(asked.filter((credential) => credential === 'tired').length).toBeLessThanOrEqual(4)
    expect(asked.filter((credential) => credential === 'fresh')).toHaveLength(40)
    expect(providers.calls(elsewhere)).toBe(0)
  })
})

describe('a provider that fails three calls of ten', () => {
  const failsAtTimes: Script = (one) => ([1, 4, 7].includes(one.index % 10) ? errorAnswer(500)(one) : goodAnswer(one))

  test('beside a healthy one fails no caller, and its failures cost nothing', async () => {
    const [shaky, healthy] = [providers.add(failsAtTimes), providers.add(goodAnswer)]
    const { name } = await routedModel(g, shaky, healthy)
    const key = await g.makeKey(aBudget)
    const answers = await callsAtOnce(
      10,
      (made) => made < 1_000,
      () => call(g, key, name),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(providers.calls(shaky) + providers.calls(healthy)).toBe(1_000 + 300)
    const events = await eventsOf(g, key, 1_000)
    // 10 tokens in at 150 nanos, 20 out at 600.
    expect(new Set(events.map(({ costNanos }) => costNanos))).toEqual(new Set(['13500']))
    expect(await g.heldOn(key)).toBe(0n)
  })
})

describe('a provider that is down', () => {
  test('is hardly asked while another serves, and gets its calls back when it works again', async () => {
    let isDown = true
    const first = providers.add((one) => (isDown ? errorAnswer(503)(one) : goodAnswer(one)))
    const second = providers.add(goodAnswer)
    const { name, providerIds } = await routedModel(g, first, second)
    const key = await g.makeKey()
    const endMs = Date.now() + 2_000
    const answers = await callsAtOnce(
      4,
      () => Date.now() < endMs,
      () => call(g, key, name),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    // Five failures, those beside them, and a probe or two.
    expect(providers.calls(first)).toBeLessThanOrEqual(5 + 4 + 2)
    const seen = await metrics()
    expect(seen).toMatch(new RegExp(`gatehouse_open_circuits\\{provider="${providerIds[0]}",[^}]*state="(half-)?open"`))
    expect(seen).toMatch(new RegExp(`gatehouse_passed_over_total\\{provider="${providerIds[0]}"\\} [1-9]`))

    isDown = false
    const before = providers.calls(second)
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(50)) {
      const served = (await call(g, key, name)).headers['x-gatehouse-provider']
      if (served === providerIds[0]) break
    }
    const asked = providers.calls(second)
    expect(asked).toBeGreaterThan(before)
    await callsAtOnce(
      4,
      (made) => made < 20,
      () => call(g, key, name),
    )
    expect(providers.calls(second)).toBe(asked)
  })

  test('and is the only one still gets every call, once: a circuit refuses nobody', async () => {
    let isDown = true
    const only = providers.add((one) => (isDown ? errorAnswer(500)(one) : goodAnswer(one)))
    const { name } = await routedModel(g, only)
    const key = await g.makeKey(aBudget)
    const answers = await callsAtOnce(
      5,
      (made) => made < 100,
      () => call(g, key, name),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]))
    expect(providers.calls(only)).toBeGreaterThanOrEqual(100)
    expect(providers.calls(only)).toBeLessThanOrEqual(110)
    isDown = false
    expect((await call(g, key, name)).status).toBe(200)
    const events = await eventsOf(g, key, 101)
    expect(events.filter(({ costNanos }) => costNanos !== '0')).toHaveLength(1)
  })

  test('for a moment is asked once more, and the caller does not notice', async () => {
    for (const fault of [errorAnswer(503), ({ socket }: { socket: { destroy(): void } }) => socket.destroy()]) {
      const provider = providers.add((one) => (one.index === 0 ? fault(one) : goodAnswer(one)))
      const { name } = await routedModel(g, provider)
      expect((await call(g, await g.makeKey(), name)).status).toBe(200)
      expect(providers.calls(provider)).toBe(2)
    }
  })
})

describe('a provider that hangs', () => {
  const silent: Script = () => {}
  const silentInTheMiddle: Script = ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\n')
  }

  test.each([
    ['before its head', silent, 504],
    ['in the middle of a stream', silentInTheMiddle, 200],
  ])('%s keeps a slot for its time-out and a second, and no connection', async (_when, script, status) => {
    const { name } = await routedModel(g, providers.add(script))
    const sockets = (): number => process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length
    const left: number[] = []
    for (let round = 0; round < 3; round++) {
      const keys = await Promise.all(Array.from({ length: 15 }, () => g.makeKey({ limits: { concurrency: 1 } })))
      const answers = await Promise.all(keys.map((key) => call(g, key, name, { stream: true })))
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]))
      expect(answers.filter(({ text }) => !text.includes('"code":"upstream_timeout"'))).toEqual([])
      expect(answers.filter(({ text }) => text.includes('[DONE]'))).toEqual([])
      // The slot is free when the settlement has gone: at once, but off the caller's clock.
      while (g.gateway.running() > 0) await sleep(5)
      const again = await Promise.all(keys.map((key) => call(g, key, 'gpt-4o-mini')))
      expect(again.filter((answer) => answer.status !== 200)).toEqual([])
      const held = await Promise.all(keys.map(async (key) => (await eventsOf(g, key, 1))[0]!.timing.totalMs))
      expect(Math.max(...held)).toBeLessThan(firstByteMs + 1_000)
      await sleep(50)
      left.push(sockets())
    }
    // Thirty calls hung in between; what differs is how many idle connections the healthy calls needed.
    expect(left[2]! - left[0]!).toBeLessThan(15)
  })

  test('and one after it that hangs too keep a call no longer than one answer may take', async () => {
    const hanging = Array.from({ length: 4 }, () => providers.add(silent))
    const { name } = await routedModel(g, ...hanging)
    const startedMs = Date.now()
    const answer = await call(g, await g.makeKey(), name)
    expect([answer.status, codeOf(answer)]).toEqual([504, 'upstream_timeout'])
    expect(Date.now() - startedMs).toBeLessThan(answerMs + 1_500)
    expect(hanging.slice(0, 2).map((provider) => providers.calls(provider))).toEqual([1, 1])
  })

  test('once it has told its failure does not hold up the next', async () => {
    const endless = providers.add(({ response }) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.write('{"error":')
    })
    const { name } = await routedModel(g, endless, providers.add(goodAnswer))
    const key = await g.makeKey()
    expect((await call(g, key, name)).status).toBe(200)
    const [event] = await eventsOf(g, key, 1)
    // Its body ends with the time between two pieces: a second.
    expect(event!.attempts[0]).toMatchObject({ status: 500 })
    expect(event!.attempts[0]!.durationMs).toBeLessThan(700)
  })
})

test('a caller that leaves between two tries pays nothing', async () => {
  const provider = providers.add(errorAnswer(429, { 'retry-after-ms': '1000' }))
  const { name } = await routedModel(g, provider)
  const key = await g.makeKey(aBudget)
  const leaving = new AbortController()
  const sent = fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hello' }] }),
    signal: leaving.signal,
  }).catch(() => null)
  while (providers.calls(provider) === 0) await sleep(10)
  await sleep(50)
  leaving.abort()
  await sent
  const [event] = await eventsOf(g, key, 1)
  expect(event).toMatchObject({ outcome: 'aborted', costNanos: '0', estimated: false, attempts: [{ status: 429 }] })
  expect(event!.timing.totalMs - event!.attempts[0]!.startMs).toBeLessThan(900)
  expect(providers.calls(provider)).toBe(1)
  expect(await g.heldOn(key)).toBe(0n)
})

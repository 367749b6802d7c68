/** Answers that are torn, garbled, endless, left or not taken: what the caller, the provider and the ledger see of them. */
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { eventsOf, lastEventOf } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway({ firstByteMs: 20_000, idleMs: 1_500, callerMs: 2_000 })
})
afterAll(() => g?.close())

async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  withinMs = 15_000,
): Promise<T> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(20)) {
    const found = await look()
    if (found) return found
  }
  throw new Error(`not within ${withinMs} ms: ${what}`)
}

/** What the simulator knows of the calls that a test has marked. */
async function providerCalls(mark: string): Promise<CallEntry[]> {
  const calls = (await (await fetch(`${g.simulator.url}/_sim/calls`)).json()) as CallEntry[]
  return calls.filter((call) => call.headers['openai-project'] === mark)
}

const isIdle = async (): Promise<boolean> => (await g.redis.zcard(openHolds)) === 0 && g.gateway.running() === 0

function bodyOf(content: string, fields: object = {}): string {
  return JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...fields })
}

/** Data of a stream's events, one JSON text each. */
const dataOf = (stream: string): string[] =>
  stream.split(/\r\n|\n|\r/).flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])

/** What the model said, from the events that can be read. */
function textOf(stream: string): string {
  return dataOf(stream)
    .map((data) => {
      try {
        return (JSON.parse(data) as { choices?: { delta: { content?: string } }[] }).choices?.[0]?.delta.content ?? ''
      } catch {
        return ''
      }
    })
    .join('')
}

describe.each(mounts)('through the %s', (mount) => {
  const hostOf = () => new URL(g.urlOf(mount))

  function post(
    key: TestKey,
    body: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${g.urlOf(mount)}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}`, ...headers },
      body,
      signal: signal ?? null,
    })
  }

  const direct = (body: string): Promise<Response> =>
    fetch(`${g.simulator.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })

  describe('a provider that writes oddly', () => {
    test.each([
      ['tears lines and characters apart', 'split'],
      ['mixes line ends and comments', 'crlf'],
      ['sends an event of 10 MB', 'huge'],
    ])('and %s is understood as it is without the gateway, and billed exactly', async (_what, garbage) => {
      const key = await g.makeKey()
      const body = bodyOf(`@sim out=40 garbage=${garbage} grüße 世界`, { stream: true })
      const [through, straight] = await Promise.all([post(key, body), direct(body)])
      const [text, expected] = [await through.text(), await straight.text()]
      expect(textOf(text)).toBe(textOf(expected))
      expect(textOf(text)).not.toBe('')
      expect(dataOf(text).at(-1)).toBe('[DONE]')
      expect(text).not.toContain('"usage":{')
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'served',
        estimated: false,
        tokens: { output: 40 },
      })
    })

    test('and sends broken JSON has it passed on as it is, and the rest is billed', async () => {
      const key = await g.makeKey()
      const text = await (await post(key, bodyOf('@sim out=40 garbage=json', { stream: true }))).text()
      expect(dataOf(text).filter((data) => data !== '[DONE]' && !data.endsWith('}'))).toHaveLength(1)
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'served',
        estimated: false,
        tokens: { output: 40 },
      })
    })

    test('and sends half a plain body is billed by what was seen, and says so', async () => {
      const key = await g.makeKey()
      const response = await post(key, bodyOf('@sim out=40 garbage=json'))
      expect(response.status).toBe(200)
      await response.text()
      expect(await lastEventOf(g, key.id)).toMatchObject({ outcome: 'served', estimated: true })
    })

    test('and a plain body of 10 MB passes whole', async () => {
      const key = await g.makeKey()
      const answer = (await (await post(key, bodyOf('@sim out=40 garbage=huge'))).json()) as {
        usage: object
        obfuscation: string
      }
      expect(answer.obfuscation.length).toBe(10 * 1024 * 1024)
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'served',
        estimated: false,
        tokens: { output: 40 },
      })
    })

    test('and falls silent in the middle is told as a time-out inside the stream, and the call ends', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const text = await (await post(key, bodyOf('@sim out=40 hang=stream', { stream: true }))).text()
      expect(text).toContain('"code":"upstream_timeout"')
      expect(text).toContain('What it had produced is charged.')
      expect(text).not.toContain('[DONE]')
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'cut',
        errorCode: 'upstream_timeout',
        estimated: true,
        tokens: { output: 1 },
      })
      expect(await g.heldOn(key)).toBe(0n)
    })

    test('and breaks off a plain body breaks the caller’s connection, for half an answer is none', async () => {
      const key = await g.makeKey()
      const response = await post(key, bodyOf('@sim out=40 cut=20'))
      await expect(response.text()).rejects.toThrow()
      expect(await lastEventOf(g, key.id)).toMatchObject({ outcome: 'cut', errorCode: 'upstream_error' })
    })
  })

  describe('a caller that leaves', () => {
    test.each([
      ['before the first byte', '@sim in=50 out=30 ttft=8000', 0, true],
      ['before the first byte of a plain answer', '@sim in=50 out=30 ttft=8000', 0, false],
      ['in the middle', '@sim in=50 out=30 gap=150', 5, true],
      ['just before the end', '@sim in=50 out=10 gap=200', 8, true],
    ])('%s stops the provider at once and pays for what was produced', async (_when, content, after, stream) => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const mark = `left-${key.id}`
      const leaving = new AbortController()
      const sent = post(key, bodyOf(content, { stream }), { 'openai-project': mark }, leaving.signal)
      let text = ''
      if (after === 0) {
        await until(
          'the provider is asked',
          async () =>
            ((await fetch(`${g.simulator.url}/_sim/totals`).then((r) => r.json())) as { running: number }).running > 0,
        )
      } else {
        const decoder = new TextDecoder()
        for await (const chunk of (await sent).body!) {
          text += decoder.decode(chunk as Uint8Array, { stream: true })
          if (dataOf(text).filter((data) => data.includes('"content":"') && !data.includes('"role"')).length >= after)
            break
        }
      }
      const leftAt = Date.now()
      leaving.abort()
      await sent.then((response) => response.body?.cancel()).catch(() => {})

      const [call] = await until('the provider has noticed', async () => {
        const calls = await providerCalls(mark)
        return calls.length > 0 && calls
      })
      expect(Date.now() - leftAt).toBeLessThan(1_000)
      expect(call!.finished).toBe('aborted')
      const event = await lastEventOf(g, key.id)
      expect(event).toMatchObject({
        outcome: 'aborted',
        status: 499,
        estimated: true,
        attempts: [{ error: 'aborted' }],
      })
      expect(Math.abs((event.tokens.output ?? 0) - call!.usage.completion_tokens)).toBeLessThanOrEqual(3)
      expect(await g.heldOn(key)).toBe(0n)
    })

    test('while it is being judged costs nothing, and the provider never hears of it', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n }, limits: { concurrency: 1 } })
      await (await post(key, bodyOf('warm'))).text()
      await until('it is settled', isIdle)
      const mark = `judged-${key.id}`
      const leaving = new AbortController()
      // Long enough to leave in, short enough for the gateway to wait.
      await g.redis.call('CLIENT', 'PAUSE', '150', 'ALL')
      const sent = post(
        key,
        bodyOf('@sim out=1000 gap=20', { stream: true }),
        { 'openai-project': mark },
        leaving.signal,
      ).catch(() => null)
      await sleep(60)
      leaving.abort()
      await sent
      await until('nothing runs', isIdle, 5_000)
      expect(await providerCalls(mark)).toEqual([])
      expect(await g.heldOn(key)).toBe(0n)
      const events = await eventsOf(g, key, 2)
      expect(events).toHaveLength(2)
      expect(events[1]).toMatchObject({ outcome: 'aborted' })
      expect((await post(key, bodyOf('free again'))).status).toBe(200)
    })

    test('while it sends its body harms nobody', async () => {
      const key = await g.makeKey()
      const { hostname, port } = hostOf()
      for (let i = 0; i < 5; i++) {
        const socket = net.connect(Number(port), hostname)
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key.text}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":`,
        )
        await sleep(30)
        socket.resetAndDestroy()
      }
      expect((await post(key, bodyOf('hello'))).status).toBe(200)
      await until('nothing runs', isIdle)
    })
  })

  describe('a caller that takes slowly', () => {
    /** Asks for a stream and reads nothing of it until told to. */
    function ask(key: TestKey, content: string, mark: string): Promise<http.IncomingMessage> {
      const { hostname, port } = hostOf()
      return new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          authorization: `Bearer ${key.text}`,
          'openai-project': mark,
        }
        const request = http.request({
          hostname,
          port,
          path: '/v1/chat/completions',
          method: 'POST',
          headers,
          agent: false,
        })
        request.on('response', (response) => {
          response.pause()
          resolve(response)
        })
        request.on('error', reject)
        request.end(bodyOf(content, { stream: true }))
      })
    }

    test('makes the provider wait, and nothing piles up in between', async () => {
      const key = await g.makeKey()
      const mark = `slow-${key.id}`
      const total = 2_000_000
      // More than 100 MB.
      const response = await ask(key, `@sim out=${total} chunk=4`, mark)
      await sleep(1_000)
      response.destroy()
      const [call] = await until('the provider has noticed', async () => {
        const calls = await providerCalls(mark)
        return calls.length > 0 && calls
      })
      // What the sockets on the way hold: a few MB each.
      expect(call!.usage.completion_tokens).toBeLessThan(total / 4)
      expect(await lastEventOf(g, key.id)).toMatchObject({ outcome: 'aborted' })
    })

    test('until it takes nothing at all is given up', async () => {
      const key = await g.makeKey()
      const mark = `stuck-${key.id}`
      const response = await ask(key, '@sim out=2000000 chunk=4', mark)
      response.on('error', () => {})
      const event = await lastEventOf(g, key.id)
      expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
      expect((await providerCalls(mark))[0]).toMatchObject({ finished: 'aborted' })
      expect(await isIdle()).toBe(true)
      response.resume()
      await until('its connection is broken', async () => response.destroyed)
      expect(response.complete).toBe(false)
    })

    test('is given every byte in the end', async () => {
      const key = await g.makeKey()
      const response = await ask(key, '@sim out=30000 chunk=3', `patient-${key.id}`)
      let text = ''
      response.setEncoding('utf8')
      for await (const chunk of response) {
        text += chunk as string
        await sleep(1)
      }
      expect(dataOf(text).at(-1)).toBe('[DONE]')
      expect(await lastEventOf(g, key.id)).toMatchObject({
        outcome: 'served',
        estimated: false,
        tokens: { output: 30_000 },
      })
    })
  })

  test('a body nested beyond reason leaves nothing behind', async () => {
    const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    // The repeated field forces the gateway to write the body again.
    const response = await post(
      key,
      `{"model":"gpt-4o-mini","n":1,"n":1,"x":${deep},"messages":[{"role":"user","content":"x"}]}`,
    )
    expect(response.status).toBe(400)
    await until('nothing runs', isIdle, 5_000)
    expect(await g.heldOn(key)).toBe(0n)
  })
})

test('a gateway whose time to drain is over tells its streams so, books them, and holds nothing', async () => {
  const leaving = await startTestGateway()
  const key = await leaving.makeKey({ budget: { amountNanos: 1_000_000_000n } })
  const response = await fetch(`${leaving.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: bodyOf('@sim out=4000 gap=20', { stream: true }),
  })
  const text = response.text()
  await leaving.gateway.close(300)
  expect(textOf(await text)).not.toBe('')
  expect(await text).toContain('"code":"upstream_error"')
  expect(await text).not.toContain('[DONE]')
  expect(await lastEventOf(leaving, key.id)).toMatchObject({ outcome: 'cut', estimated: true })
  expect(await leaving.heldOn(key)).toBe(0n)
  await leaving.close()
})

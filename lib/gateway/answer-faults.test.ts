/** Faults F16 to F18: answers that break, lie or are left. Beside streams.test.ts, these are the promises' figures. */
import type http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import {
  routedModel,
  startScriptedProviders,
  type Script,
  type ScriptedProviders,
} from '#lib/testing/scripted-provider.ts'

let g: TestGateway
let providers: ScriptedProviders
beforeAll(async () => {
  providers = await startScriptedProviders()
  g = await startTestGateway({ idleMs: 60_000, callerMs: 60_000 })
})
afterAll(async () => {
  await g?.close()
  providers?.close()
})

function ask(key: TestKey, model: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
    body: JSON.stringify({
      model,
      stream: true,
      // With it, nothing of the answer is the gateway's to take out.
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'hello' }],
    }),
    signal: signal ?? null,
  })
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is held on to, without what is only not collected yet. */
async function liveBytes(): Promise<number> {
  collect()
  // Memory outside the heap is given back a little later.
  await sleep(20)
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const aBudget = { budget: { amountNanos: 1_000_000_000n } }
const word = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }], usage: null })}\n\n`
const usageOf = (usage: unknown): string => `data: ${JSON.stringify({ choices: [], usage })}\n\n`
const done = 'data: [DONE]\n\n'

/** A stream of these pieces, each written apart; `end` is how it ends. */
function streamed(pieces: readonly (string | Buffer)[], end: (response: http.ServerResponse) => void): Script {
  return ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    void (async () => {
      for (const piece of pieces) {
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve))
        await sleep(1)
      }
      await sleep(20)
      end(response)
    })()
  }
}

describe('a stream that breaks in the middle', () => {
  test.each<[string, (response: http.ServerResponse) => void]>([
    ['by a reset', (response) => response.socket!.resetAndDestroy()],
    ['by a half-closed connection', (response) => response.socket!.end()],
    ['in the middle of an event', (response) => response.write('data: {"choices":[{"ind', () => response.destroy())],
  ])('%s is told so inside it, and charged for what came', async (_how, end) => {
    const words = Array.from({ length: 10 }, (_, i) => word(`word${i} `))
    const { name } = await routedModel(g, providers.add(streamed(words, end)))
    const keys = await Promise.all(Array.from({ length: 10 }, () => g.makeKey(aBudget)))
    const texts = await Promise.all(keys.map(async (key) => (await ask(key, name)).text()))
    for (const text of texts) {
      expect(text.startsWith(words.join(''))).toBe(true)
      expect(text).toContain('"code":"upstream_error"')
      expect(text).not.toContain('[DONE]')
    }
    for (const event of await Promise.all(keys.map(({ id }) => lastEventOf(g, id)))) {
      expect(event).toMatchObject({ outcome: 'cut', estimated: true, attempts: [{ status: 200 }] })
      expect(event.tokens.output).toBeGreaterThanOrEqual(10)
      expect(BigInt(event.costNanos)).toBeGreaterThan(0n)
    }
    expect(await Promise.all(keys.map((key) => g.heldOn(key)))).toEqual(keys.map(() => 0n))
  })
})

describe('what a provider writes', () => {
  const torn = Buffer.from(word('grüße 世界 🚚'))
  const plain = word('hello ')
  const goodUsage = usageOf({ prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 })
  const strange: readonly [string, readonly (string | Buffer)[]][] = [
    ['characters in pieces', [...Array.from(torn, (byte) => Buffer.from([byte])), goodUsage, done]],
    ['bytes that are no text', [plain, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x80, 0x0a, 0x0a]), goodUsage, done]], // prettier-ignore
    ['mixed line ends', [plain.replaceAll('\n', '\r\n'), plain.replaceAll('\n', '\r'), ': note\n', goodUsage, done]],
    ['no blank line at the end', [plain, goodUsage, 'data: [DONE]']],
    ['no blank lines at all', [plain.trimEnd(), '\n', goodUsage.trimEnd(), '\n', 'data: [DONE]\n']],
    ['an event of 8 KB', [word('x'.repeat(8 * 1024)), goodUsage, done]],
    ['an event of 10 MB', [word('x'.repeat(10 * 1024 * 1024)), goodUsage, done]],
    ['a line of 10 MB that is no event', ['x'.repeat(10 * 1024 * 1024), '\n\n', goodUsage, done]],
    ['broken JSON', [plain, 'data: {"choices":[\n\n', goodUsage, done]],
    ['JSON of other shapes', [plain, 'data: 7\n\ndata: null\n\ndata: [[[]]]\n\ndata: {"choices":"none"}\n\n', goodUsage, done]], // prettier-ignore
    ['no usage', [plain, done]],
    ['nothing at all', []],
    ...[
      { prompt_tokens: -5, completion_tokens: -7 },
      { prompt_tokens: 1e308, completion_tokens: 1e308 },
      { prompt_tokens: 1.5, completion_tokens: 'NaN' },
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 1e9 } },
      { prompt_tokens: { $gt: 0 }, completion_tokens: [3] },
      'free',
      [],
    ].map((usage): [string, string[]] => [`usage ${JSON.stringify(usage)}`, [plain, usageOf(usage), done]]),
  ]

  test.each(strange)(
    '%s: reaches the caller byte for byte, and is charged a sum that can be',
    async (_what, pieces) => {
      const { name } = await routedModel(g, providers.add(streamed(pieces, (response) => response.end())))
      const key = await g.makeKey(aBudget)
      const response = await ask(key, name)
      const got = Buffer.from(await response.arrayBuffer())
      const sent = Buffer.concat(pieces.map((piece) => Buffer.from(piece)))
      // A failure would show megabytes.
      expect([got.length, got.equals(sent)]).toEqual([sent.length, true])
      const event = await lastEventOf(g, key.id)
      expect(event.outcome).toBe('served')
      const cost = BigInt(event.costNanos)
      expect(cost >= 0n && cost < aBudget.budget.amountNanos).toBe(true)
      for (const count of Object.values(event.tokens)) expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
      expect(event.estimated).toBe(!pieces.includes(goodUsage))
      expect(await g.heldOn(key)).toBe(0n)
    },
  )

  test('in events of 10 MB, twenty times over, leaves nothing of them in memory', async () => {
    const huge = word('x'.repeat(10 * 1024 * 1024))
    const { name } = await routedModel(
      g,
      providers.add(streamed([huge, goodUsage, done], (response) => response.end())),
    )
    const key = await g.makeKey()
    async function one(): Promise<void> {
      let bytes = 0
      for await (const chunk of (await ask(key, name)).body!) bytes += (chunk as Uint8Array).length
      expect(bytes).toBeGreaterThan(10 * 1024 * 1024)
    }
    for (let i = 0; i < 4; i++) await one()
    const [before, rssBefore] = [await liveBytes(), process.memoryUsage().rss]
    for (let i = 0; i < 20; i++) await one()
    // 200 MB went through; this process is provider, gateway and caller at once.
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150 * 1024 * 1024)
    expect((await liveBytes()) - before).toBeLessThan(10 * 1024 * 1024)
  })
})

describe('a caller that leaves', () => {
  test.each([
    ['before the first of 100 words', 0],
    ['after half of them', 50],
    ['before the last', 99],
  ])('%s stops the provider within 100 ms, and is charged what was produced', async (_when, words) => {
    const stopped: number[] = []
    const provider = providers.add(({ response }) => {
      response.on('close', () => stopped.push(Date.now()))
      if (words === 0) return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let i = 0; i < words; i++) response.write(word('word'))
    })
    const { name } = await routedModel(g, provider)
    const delays: number[] = []
    for (let i = 0; i < 7; i++) {
      const key = await g.makeKey(aBudget)
      const leaving = new AbortController()
      const sent = ask(key, name, leaving.signal)
      if (words === 0) while (providers.calls(provider) <= i) await sleep(5)
      else {
        let text = ''
        const decoder = new TextDecoder()
        for await (const chunk of (await sent).body!) {
          text += decoder.decode(chunk as Uint8Array, { stream: true })
          if (text.split('word').length > words) break
        }
      }
      const leftAtMs = Date.now()
      leaving.abort()
      await sent.catch(() => {})
      while (stopped.length <= i) await sleep(1)
      delays.push(stopped[i]! - leftAtMs)
      const event = await lastEventOf(g, key.id)
      expect(event).toMatchObject({ outcome: 'aborted', status: 499, estimated: true })
      expect(Math.abs((event.tokens.output ?? 0) - words)).toBeLessThanOrEqual(words * 0.05)
      expect(await g.heldOn(key)).toBe(0n)
    }
    // The median: one pause of a busy machine is not the gateway's.
    expect(delays.toSorted((a, b) => a - b)[3]).toBeLessThanOrEqual(100)
  })
})

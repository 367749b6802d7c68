import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallEntry, Totals } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

type ChatOptions = { readonly stream?: boolean; readonly signal?: AbortSignal; readonly [member: string]: unknown }

function chat(content: string, { signal, ...members }: ChatOptions = {}): Promise<Response> {
  return fetch(`${simulator.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-provider-1' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content }], ...members }),
    ...(signal ? { signal } : {}),
  })
}

const usageWanted = { stream: true, stream_options: { include_usage: true } }

async function calls(query = ''): Promise<CallEntry[]> {
  const answer = await fetch(`${simulator.url}/_sim/calls${query}`)
  return (await answer.json()) as CallEntry[]
}

async function totals(): Promise<Totals> {
  return (await (await fetch(`${simulator.url}/_sim/totals`)).json()) as Totals
}

/** Data of the events that arrived, also of a stream that is torn. */
async function readTorn(answer: Response): Promise<{ text: string; isTorn: boolean }> {
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const part of answer.body!) text += decoder.decode(part, { stream: true })
    return { text, isTorn: false }
  } catch {
    return { text, isTorn: true }
  }
}

/** The number of events with output in a stream of single tokens. */
const contentEvents = (text: string) => [...text.matchAll(/"delta":\{"content":"[^"]+"\}/g)].length

function openai(): OpenAI {
  return new OpenAI({ baseURL: `${simulator.url}/openai/v1`, apiKey: 'sk-anything', maxRetries: 0 })
}

async function streamWithClient(content: string) {
  const stream = await openai().chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content }],
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let usage: OpenAI.CompletionUsage | null | undefined
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage
  }
  return { text, usage }
}

describe('the journal', () => {
  test('has every finished call with its usage and its headers as received', async () => {
    await chat('@sim in=100 out=5 cached=40 reasoning=2')
    await (await chat('@sim in=10 out=3', usageWanted)).text()
    const [plain, streamed] = await calls()
    expect(plain).toMatchObject({
      provider: 'openai',
      path: '/openai/v1/chat/completions',
      model: 'gpt-4o',
      stream: false,
      finished: 'done',
      usage: { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 40, reasoning_tokens: 2 },
      headers: { authorization: 'Bearer sk-provider-1' },
    })
    expect(streamed).toMatchObject({
      stream: true,
      finished: 'done',
      usage: { prompt_tokens: 10, completion_tokens: 3 },
    })
  })

  test('lists calls since a time, and knows a call by the id in its answer', async () => {
    const first = await chat('one')
    const [{ at } = { at: 0 }] = await calls()
    expect(await calls(`?since=${at + 60_000}`)).toEqual([])
    const [entry] = await calls(`?since=${at}`)
    expect(first.headers.get('x-request-id')).toBe(entry!.id)
    expect(((await first.json()) as { id: string }).id).toBe(`chatcmpl-${entry!.id}`)
  })

  test('knows a refused request by the id in its answer too, and catalogue pages have ids of their own', async () => {
    const refused = await chat('hi', { n: 0 })
    const [entry] = await calls()
    expect(refused.headers.get('x-request-id')).toBe(entry!.id)
    const page = await fetch(`${simulator.url}/openai/v1/models`)
    expect(page.headers.get('x-request-id')).toMatch(/^sim-/)
    expect(page.headers.get('x-request-id')).not.toBe(entry!.id)
  })

  test('has exact totals, by model too, until it is cleared', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => chat(`@sim in=${i} out=2`, { model: `m${i % 2}` })))
    await chat('@sim error=500')
    const sums = await totals()
    expect(sums).toEqual(simulator.totals())
    expect(sums).toMatchObject({
      running: 0,
      calls: 51,
      finished: { done: 50, aborted: 0, error: 1 },
      prompt_tokens: (49 * 50) / 2,
      completion_tokens: 100,
    })
    expect(sums.models.m1).toMatchObject({ calls: 25, prompt_tokens: 625, completion_tokens: 50 })

    const cleared = await fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' })
    expect(cleared.status).toBe(204)
    expect(await totals()).toMatchObject({ calls: 0, prompt_tokens: 0, models: {} })
    expect(await calls()).toEqual([])
  })

  test('keeps catalogue pages and unknown addresses out, and refused requests in as errors without usage', async () => {
    await fetch(`${simulator.url}/openai/v1/models`)
    await fetch(`${simulator.url}/openai/v1/nothing`, { method: 'POST' })
    expect(await calls()).toEqual([])
    await chat('hi', { n: 0 })
    expect(await calls()).toMatchObject([{ finished: 'error', model: 'gpt-4o', usage: { total_tokens: 0 } }])
  })

  test('does not answer to a name that was rebound to this address', async () => {
    const request = httpRequest(`${simulator.url}/_sim/calls`, { headers: { host: 'rebound.example' } }).end()
    const [response] = (await once(request, 'response')) as [{ statusCode: number; resume: () => void }]
    response.resume()
    expect(response.statusCode).toBe(403)
  })

  test.each([
    ['GET', '/_sim/nothing', 404],
    ['POST', '/_sim/totals', 404],
    ['GET', '/_sim/calls?since=yesterday', 400],
  ])('answers %s %s with a %i', async (method, path, status) => {
    expect((await fetch(simulator.url + path, { method })).status).toBe(status)
  })
})

describe('a client that leaves', () => {
  async function abortedEntry(): Promise<CallEntry> {
    await vi.waitFor(() => expect(simulator.totals().calls).toBe(1), { timeout: 2_000, interval: 2 })
    return (await calls())[0]!
  }

  test('in the middle of a stream is billed for what was written', async () => {
    const abort = new AbortController()
    const answer = await chat('@sim in=50 out=1000 gap=10', { stream: true, signal: abort.signal })
    const reader = answer.body!.getReader()
    let text = ''
    while (contentEvents(text) < 5) text += Buffer.from((await reader.read()).value!).toString()
    abort.abort()
    const abortedMs = performance.now()
    const entry = await abortedEntry()
    expect(performance.now() - abortedMs).toBeLessThan(500)
    expect(entry).toMatchObject({ finished: 'aborted', usage: { prompt_tokens: 50 } })
    expect(entry.usage.completion_tokens).toBeGreaterThanOrEqual(5)
    expect(entry.usage.completion_tokens).toBeLessThan(60)
  })

  test.each(['@sim in=50 ttft=60000', '@sim in=50 hang=headers'])(
    'before the answer to %s began is billed for the prompt',
    async (content) => {
      const abort = new AbortController()
      const answer = chat(content, { signal: abort.signal })
      await vi.waitFor(() => expect(simulator.totals().running).toBe(1), { interval: 2 })
      abort.abort()
      await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
      expect(await abortedEntry()).toMatchObject({
        finished: 'aborted',
        usage: { prompt_tokens: 50, completion_tokens: 0 },
      })
    },
  )

  test('by cutting the connection is noticed too', async () => {
    const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: '@sim hang=headers' }] })
    const socket = connect(simulator.port, '127.0.0.1')
    socket.write(
      `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await vi.waitFor(() => expect(simulator.totals().running).toBe(1), { interval: 2 })
    socket.resetAndDestroy()
    expect(await abortedEntry()).toMatchObject({ finished: 'aborted' })
  })

  test('and does not read is not written to without end', async () => {
    const body = JSON.stringify({
      model: 'gpt-4o',
      stream: true,
      messages: [{ role: 'user', content: '@sim out=5000000' }],
    })
    const socket = connect(simulator.port, '127.0.0.1')
    socket.write(
      `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await once(socket, 'readable')
    // Another call is answered meanwhile, so the long stream has had its turns and is waiting.
    await (await chat('@sim out=100 gap=2', { stream: true })).text()
    socket.resetAndDestroy()
    await vi.waitFor(() => expect(simulator.totals().calls).toBe(2), { interval: 2 })
    const slow = (await calls()).find((entry) => entry.finished === 'aborted')!
    expect(slow.usage.completion_tokens).toBeGreaterThan(0)
    expect(slow.usage.completion_tokens).toBeLessThan(200_000)
  })
})

describe('faults', () => {
  test('error comes at the pace that was asked for, bills nothing, and hides streams', async () => {
    const startedMs = performance.now()
    const answer = await chat('@sim error=429 retry_after=3 ttft=50 in=100', usageWanted)
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(48)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('3')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { total_tokens: 0 } }])
  })

  test('hang=headers sends nothing', async () => {
    const outcome = await chat('@sim hang=headers', { signal: AbortSignal.timeout(150) }).catch(() => 'nothing')
    expect(outcome).toBe('nothing')
  })

  test('hang=stream sends the head and the first event, then nothing', async () => {
    const answer = await chat('@sim in=9 hang=stream chunk=2', { ...usageWanted, signal: AbortSignal.timeout(150) })
    expect(answer.status).toBe(200)
    const { text, isTorn } = await readTorn(answer)
    expect(isTorn).toBe(true)
    expect(contentEvents(text)).toBe(1)
    await vi.waitFor(() => expect(simulator.totals().calls).toBe(1))
    expect(await calls()).toMatchObject([{ finished: 'aborted', usage: { prompt_tokens: 9, completion_tokens: 2 } }])
  })

  test('hang=stream sends a part of a plain answer', async () => {
    const answer = await chat('@sim hang=stream chunk=8', { signal: AbortSignal.timeout(150) })
    const { text, isTorn } = await readTorn(answer)
    expect(isTorn).toBe(true)
    expect(text).toMatch(/^\{"id":/)
    expect(text.length).toBeLessThan(Number(answer.headers.get('content-length')))
  })

  test.each([
    [3, 3],
    [6, 6],
    [16, 16],
    [999, 16],
  ])('cut=%i destroys the stream after %i tokens, before its end', async (cut, tokens) => {
    const answer = await chat(`@sim in=9 cut=${cut} chunk=4`, usageWanted)
    const { text, isTorn } = await readTorn(answer)
    expect(isTorn).toBe(true)
    const sent = [...text.matchAll(/"delta":\{"content":"([^"]+)"\}/g)].map((match) => match[1]).join('')
    expect(sent.length / 4).toBe(tokens)
    expect(text).not.toContain('finish_reason":"stop')
    expect(text).not.toContain('[DONE]')
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { prompt_tokens: 9, completion_tokens: tokens } }])
  })

  test('cut tears a plain answer in its body', async () => {
    const answer = await chat('@sim cut=8')
    expect(answer.status).toBe(200)
    const { text, isTorn } = await readTorn(answer)
    expect(isTorn).toBe(true)
    expect(text.length).toBe(Math.floor(Number(answer.headers.get('content-length')) / 2))
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { completion_tokens: 8 } }])
  })

  test.each([true, false])('cut=0 destroys the connection before the first byte (stream: %s)', async (stream) => {
    await expect(chat('@sim cut=0', { stream })).rejects.toMatchObject({ message: 'fetch failed' })
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { total_tokens: 0 } }])
  })

  test.each(['split', 'crlf'])('garbage=%s is still a stream that the official client reads', async (garbage) => {
    const { text, usage } = await streamWithClient(`@sim in=9 out=40 chunk=3 garbage=${garbage}`)
    expect(Buffer.byteLength(text)).toBe(40 * 4)
    expect(text).not.toContain('\ufffd')
    expect(usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 40 })
    expect(simulator.totals()).toMatchObject({ finished: { done: 1 }, completion_tokens: 40 })
  })

  test.each(['split', 'crlf', 'huge'])(
    'garbage=%s is still a plain answer that the official client reads',
    async (garbage) => {
      const answer = await openai().chat.completions.create({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: `@sim out=40 garbage=${garbage}` }],
      })
      expect(Buffer.byteLength(answer.choices[0]!.message.content!)).toBe(160)
      expect(answer.usage!.completion_tokens).toBe(40)
    },
  )

  test('garbage=split tears characters', async () => {
    const answer = await chat('@sim garbage=split', { stream: true })
    const parts: Buffer[] = []
    for await (const part of answer.body!) parts.push(Buffer.from(part))
    const torn = parts.filter((part) => part.toString().includes('\ufffd'))
    expect(torn.length).toBeGreaterThan(0)
    expect(Buffer.concat(parts).toString()).not.toContain('\ufffd')
  })

  test('garbage=crlf mixes line ends, comments and missing spaces', async () => {
    const text = await (await chat('@sim garbage=crlf', { stream: true })).text()
    expect(text).toContain('\r\n\r\n')
    expect(text).toMatch(/[^\r\n]\n\n/)
    expect(text).toContain('\r\n\r\n: still here\r\n\r\n')
    expect(text).toContain('data:{')
    const body = await (await chat('@sim garbage=crlf')).text()
    expect(body).toContain('{\r\n')
  })

  test('garbage=huge has one event of more than 10 MiB', async () => {
    const text = await (await chat('@sim garbage=huge', { stream: true })).text()
    const events = text.split('\n\n').filter((event) => event.startsWith('data: {'))
    const lengths = events.map((event) => event.length)
    expect(lengths.filter((length) => length > 10 * 1024 * 1024)).toHaveLength(1)
    expect(lengths.filter((length) => length > 1_000)).toHaveLength(1)
    expect(events.every((event) => isJson(event.slice('data: '.length)))).toBe(true)
    expect(contentEvents(text)).toBe(16)
  })

  test('garbage=json has one broken event in a stream that goes on to its end', async () => {
    const text = await (await chat('@sim garbage=json', usageWanted)).text()
    const broken = text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .filter((event) => !isJson(event.slice('data: '.length)))
    expect(broken).toHaveLength(1)
    expect(contentEvents(text)).toBe(16)
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
  })

  test('garbage=json is half a plain answer, of the length that was announced', async () => {
    const text = await (await chat('@sim garbage=json')).text()
    expect(text).toMatch(/^\{"id":/)
    expect(isJson(text)).toBe(false)
  })

  test.each(['split', 'crlf', 'huge', 'json'])('garbage=%s can be cut', async (garbage) => {
    const { isTorn } = await readTorn(await chat(`@sim cut=5 garbage=${garbage}`, usageWanted))
    expect(isTorn).toBe(true)
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { completion_tokens: 5 } }])
  })

  test('usage=none hides the usage from the caller and not from the journal', async () => {
    const text = await (await chat('@sim in=9 out=5 usage=none', usageWanted)).text()
    expect(text).not.toContain('prompt_tokens')
    expect(simulator.totals()).toMatchObject({ prompt_tokens: 9, completion_tokens: 5 })
  })
})

describe('the server', () => {
  test('refuses a body of more than 64 MiB', async () => {
    const answer = await chat('x'.repeat(64 * 1024 * 1024))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  test('takes a large body', async () => {
    const content = 'x'.repeat(8 * 1024 * 1024)
    const answer = (await (await chat(content)).json()) as OpenAI.ChatCompletion
    expect(answer.usage!.prompt_tokens).toBe(content.length / 4 + 6)
  })

  test('gives a long plain answer whole', async () => {
    const answer = (await (await chat('@sim out=300000')).json()) as OpenAI.ChatCompletion
    expect(answer.choices[0]!.message.content).toHaveLength(1_200_000)
    expect(await calls()).toMatchObject([{ finished: 'done', usage: { completion_tokens: 300_000 } }])
  })

  test('answers calls in any number at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => chat(`@sim out=${i} gap=1 chunk=50`, { stream: i % 2 === 0 })),
    )
    await Promise.all(answers.map((answer) => answer.text()))
    expect(simulator.totals()).toMatchObject({ calls: 200, running: 0, completion_tokens: (199 * 200) / 2 })
  })

  test('listens on loopback only', async () => {
    await expect(startSimulator({ host: '0.0.0.0' })).rejects.toThrow(/loopback only/)
  })

  test('says that a port is taken', async () => {
    await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('closes at once, with calls running', async () => {
    const other = await startSimulator()
    const answer = fetch(`${other.url}/openai/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: '@sim hang=headers' }] }),
    }).catch(() => 'cut')
    await vi.waitFor(() => expect(other.totals().running).toBe(1), { interval: 2 })
    await other.close()
    expect(await answer).toBe('cut')
    expect(other.totals()).toMatchObject({ running: 0, finished: { aborted: 1 } })
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

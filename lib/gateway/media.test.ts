/** What callers of OpenAI's images, speech and transcriptions are promised, through a real socket, on both mounts. */
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wavOf } from '#lib/demo/simulator/rules/sound.ts'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

/** Nano-USD per million, at list prices of 2026. */
const models = [
  {
    name: 'gpt-image-1.5',
    endpoint: 'images',
    price: { input: 5_000_000_000, output: 10_000_000_000, image_input: 8_000_000_000, image_output: 32_000_000_000 },
  },
  { name: 'dall-e-3', endpoint: 'images', price: { images: 40_000_000_000_000 } },
  { name: 'tts-1', endpoint: 'speech', price: { characters: 15_000_000_000 } },
  { name: 'gpt-4o-mini-tts', endpoint: 'speech', price: { input: 600_000_000, output: 12_000_000_000 } },
  { name: 'whisper-1', endpoint: 'transcriptions', price: { seconds: 100_000_000_000 } },
  {
    name: 'gpt-4o-transcribe',
    endpoint: 'transcriptions',
    price: { input: 2_500_000_000, audio_input: 6_000_000_000, output: 10_000_000_000 },
  },
  { name: 'renamed', upstream: 'whisper-1', endpoint: 'transcriptions', price: { seconds: 100_000_000_000 } },
]

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    for (const { name, upstream, endpoint, price } of models) {
      await db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: name,
          vendor: 'openai',
          endpoints: [endpoint],
          deployments: { create: { id: `depl_${name}`, providerId: 'prov_sim', upstreamModel: upstream ?? name } },
          prices: {
            create: { id: `price_${name}`, nanosPerMillion: price, effectiveFrom: new Date(0), source: 'test' },
          },
        },
      })
    }
  })
}, 60_000)
afterAll(() => g?.close())

describe.each(mounts)('through the %s', (mount) => {
  const client = (key: string) => new OpenAI({ baseURL: `${g.urlOf(mount)}/v1`, apiKey: key, maxRetries: 0 })

  function post(key: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      signal: signal ?? null,
    })
  }

  function postForm(key: string, body: FormData | Buffer, type?: string): Promise<Response> {
    return fetch(`${g.urlOf(mount)}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...(type ? { 'content-type': type } : {}) },
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
    })
  }

  /** Whatever a test is about: no call may cost more than it held. */
  async function eventOf(keyId: string): Promise<UsageEvent> {
    const event = await writtenEventOf(keyId)
    expect(BigInt(event.decision.heldNanos ?? 0)).toBeGreaterThanOrEqual(BigInt(event.costNanos))
    return event
  }

  const writtenEventOf = (keyId: string) => lastEventOf(g, keyId)
  const lastCall = () => lastSimulatedCall(g)

  /** What one such call holds, and that a budget of exactly three of them admits three at once and no fourth. */
  async function admitsExactly(send: (key: string, signal: AbortSignal) => Promise<Response>): Promise<void> {
    const probe = await g.makeKey()
    const probing = new AbortController()
    void send(probe.text, probing.signal).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 200))
    probing.abort()
    const held = BigInt((await eventOf(probe.id)).decision.heldNanos!)
    expect(held).toBeGreaterThan(0n)
    const key = await g.makeKey({ budget: { amountNanos: 3n * held } })
    const leaving = new AbortController()
    for (let i = 0; i < 3; i++) {
      void send(key.text, leaving.signal).catch(() => {})
      for (let tries = 0; tries < 100 && (await g.heldOn(key)) < BigInt(i + 1) * held; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(await g.heldOn(key)).toBe(BigInt(i + 1) * held)
    }
    const refused = await send(key.text, leaving.signal)
    leaving.abort()
    expect(refused.status).toBe(429)
  }

  describe('images', () => {
    const model = 'gpt-image-1.5'

    test('in tokens are priced by the usage that the provider tells', async () => {
      const key = await g.makeKey()
      const answer = await client(key.text).images.generate({ model, prompt: '@sim in=20 out=1000 A depot', n: 2 })
      expect(answer.data).toHaveLength(2)
      expect(Buffer.from(answer.data![0]!.b64_json!, 'base64').toString('latin1', 1, 4)).toBe('PNG')
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ endpoint: 'images', tokens: { input: 20, image_output: 2000 }, estimated: false })
      expect(event.costNanos).toBe(String(20 * 5000 + 2000 * 32_000))
      expect(BigInt(event.decision.heldNanos!)).toBeGreaterThan(BigInt(event.costNanos))
      expect((await lastCall()).usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 2000 })
    })

    test.each(['url', 'b64_json'] as const)('by the picture are counted as they pass, exactly: %s', async (format) => {
      const key = await g.makeKey()
      const sent = { model: 'dall-e-3', prompt: 'Say "url": and "b64_json":', n: 3, response_format: format }
      const answer = await client(key.text).images.generate(sent)
      expect(answer.data).toHaveLength(3)
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ tokens: { images: 3 }, estimated: false, costNanos: '120000000' })
      expect((await lastCall()).usage).toMatchObject({ images: 3 })
    })

    test('stream as typed events, partial pictures and all, and each picture’s usage counts', async () => {
      const key = await g.makeKey()
      const sent = { model, prompt: '@sim in=9 out=500 A depot', stream: true as const, partial_images: 2 }
      const types: string[] = []
      for await (const event of await client(key.text).images.generate(sent)) types.push(event.type)
      expect(types).toEqual([
        'image_generation.partial_image',
        'image_generation.partial_image',
        'image_generation.completed',
      ])
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ stream: true, tokens: { input: 9, image_output: 500 }, estimated: false })
    })

    test('of ten megabytes pass to the byte, with their usage', async () => {
      const key = await g.makeKey()
      const sent = { model, prompt: '@sim in=9 out=500 garbage=huge A depot' }
      const text = await (await post(key.text, '/v1/images/generations', sent)).text()
      expect(text.length).toBeGreaterThan(10 * 1024 * 1024)
      expect((JSON.parse(text) as OpenAI.ImagesResponse).data).toHaveLength(1)
      expect(await eventOf(key.id)).toMatchObject({ tokens: { input: 9, image_output: 500 }, estimated: false })
    })

    test('whose usage nobody tells are estimated, and say why', async () => {
      const key = await g.makeKey()
      await client(key.text).images.generate({ model, prompt: '@sim usage=none A depot', quality: 'low' })
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ estimated: true, tokens: { image_output: 408 } })
      expect(event.estimatedWhy).toMatch(/no usage: as many images/)
    })

    test('that their caller leaves are charged as asked for, and say so', async () => {
      const key = await g.makeKey()
      const leaving = new AbortController()
      const sent = { model: 'dall-e-3', prompt: '@sim hang=headers A depot', n: 2 }
      void post(key.text, '/v1/images/generations', sent, leaving.signal).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 200))
      leaving.abort()
      expect(await eventOf(key.id)).toMatchObject({ outcome: 'aborted', estimated: true, tokens: { images: 2 } })
    })

    test('that the provider refuses cost nothing', async () => {
      const key = await g.makeKey()
      const answer = await post(key.text, '/v1/images/generations', { model, prompt: '@sim error=400 A depot' })
      expect(answer.status).toBe(400)
      expect(await eventOf(key.id)).toMatchObject({ costNanos: '0', tokens: {} })
    })

    test('are held at the most that they can cost, to the last nano of a hard budget', async () => {
      const sent = { model, prompt: '@sim hang=headers A depot', n: 2, size: '1024x1024', quality: 'medium' }
      await admitsExactly((key, signal) => post(key, '/v1/images/generations', sent, signal))
    })

    test.each<[string, object, string]>([
      ['no model', { model: undefined }, 'model'],
      ['eleven pictures', { n: 11 }, 'n'],
      ['a picture that another model writes', { output_format: 'svg' }, 'output_format'],
      ['another model', { svg: { model: 'gpt-5' } }, 'svg'],
    ])('with %s are refused, and the field is named', async (_what, fields, param) => {
      const key = await g.makeKey()
      const answer = await post(key.text, '/v1/images/generations', { model, prompt: 'A depot', ...fields })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { code: 'invalid_request_error', param } })
    })
  })

  describe('speech', () => {
    test('is bytes of sound, priced by the character, as Unicode counts them', async () => {
      const key = await g.makeKey()
      const input = '@sim out=40 Grüße 🚚'
      const sent = { model: 'tts-1', voice: 'alloy', input, response_format: 'wav' as const }
      const answer = await client(key.text).audio.speech.create(sent)
      expect(answer.headers.get('content-type')).toBe('audio/wav')
      expect(Buffer.from(await answer.arrayBuffer()).equals(wavOf(2))).toBe(true)
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ endpoint: 'speech', tokens: { characters: 19 }, estimated: false })
      expect(event.costNanos).toBe(String(19 * 15_000))
      expect((await lastCall()).usage).toMatchObject({ characters: 19 })
    })

    test('in tokens streams as events that tell its usage', async () => {
      const key = await g.makeKey()
      const sent = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: '@sim in=7 out=30 Hello', stream_format: 'sse' }
      const text = await (await post(key.text, '/v1/audio/speech', sent)).text()
      expect(text.match(/speech\.audio\.delta/g)).toHaveLength(30)
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ stream: true, tokens: { input: 7, output: 30 }, estimated: false })
      expect(event.costNanos).toBe(String(7 * 600 + 30 * 12_000))
    })

    test('in tokens, as bytes that tell nothing, is estimated from its text, and says why', async () => {
      const key = await g.makeKey()
      const input = 'A parcel left the depot at six. '.repeat(10)
      await client(key.text).audio.speech.create({ model: 'gpt-4o-mini-tts', voice: 'alloy', input })
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ estimated: true, tokens: { input: 80, output: Math.ceil((320 / 15) * 20) } })
      expect(event.estimatedWhy).toMatch(/counted from the text/)
    })

    test('is held at the most that it can cost, to the last nano of a hard budget', async () => {
      const sent = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: '@sim hang=headers Hello' }
      await admitsExactly((key, signal) => post(key, '/v1/audio/speech', sent, signal))
    })
  })

  describe('a transcription', () => {
    const file = (seconds: number) => toFile(wavOf(seconds), 'depot.wav', { type: 'audio/wav' })

    test('is priced by the seconds that the provider tells', async () => {
      const key = await g.makeKey()
      const sent = { model: 'whisper-1', file: await file(90), prompt: '@sim out=4' }
      const answer = await client(key.text).audio.transcriptions.create(sent)
      expect(answer.text).toBe('This is a simula')
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ endpoint: 'transcriptions', tokens: { seconds: 90 }, estimated: false })
      expect(event.costNanos).toBe(String(90 * 100_000))
      expect(event.decision.heldNanos).toBe(event.costNanos)
      expect((await lastCall()).usage).toMatchObject({ seconds: 90 })
    })

    test('in tokens has those of its sound apart', async () => {
      const key = await g.makeKey()
      const sent = { model: 'gpt-4o-transcribe', file: await file(3), prompt: '@sim out=8 Depots' }
      await client(key.text).audio.transcriptions.create(sent)
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ tokens: { input: 2, audio_input: 30, output: 8 }, estimated: false })
      expect(event.costNanos).toBe(String(2 * 2500 + 30 * 6000 + 8 * 10_000))
    })

    test('streams to the official client, usage and all', async () => {
      const key = await g.makeKey()
      const sent = { model: 'gpt-4o-transcribe', file: await file(3), prompt: '@sim out=8', stream: true as const }
      const types: string[] = []
      for await (const event of await client(key.text).audio.transcriptions.create(sent)) types.push(event.type)
      expect(types.at(-1)).toBe('transcript.text.done')
      expect(types).toHaveLength(9)
      expect(await eventOf(key.id)).toMatchObject({ stream: true, tokens: { audio_input: 30, output: 8 } })
    })

    test('as subtitles tells no usage: a WAV is as long as its head says, any other file is estimated', async () => {
      const [known, guessed] = [await g.makeKey(), await g.makeKey()]
      const sent = { model: 'whisper-1', response_format: 'srt' as const }
      const text = await client(known.text).audio.transcriptions.create({ ...sent, file: await file(5) })
      expect(text).toMatch(/00:00:00,000 --> 00:00:05,000/)
      expect(await eventOf(known.id)).toMatchObject({ tokens: { seconds: 5 }, estimated: false })
      const mp3 = await toFile(Buffer.alloc(80_000, 0xff), 'depot.mp3')
      await client(guessed.text).audio.transcriptions.create({ ...sent, file: mp3 })
      const event = await eventOf(guessed.id)
      expect(event).toMatchObject({ tokens: { seconds: 10 }, estimated: true })
      expect(event.estimatedWhy).toMatch(/size of its file, at 64 kbit/)
    })

    test('of 25 MB goes through, byte for byte but for the model’s other name', async () => {
      const key = await g.makeKey()
      const form = (model: string) =>
        Buffer.concat([
          Buffer.from(`--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n`),
          Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
          wavOf(1600),
          Buffer.from('\r\n--x--\r\n'),
        ])
      const sent = form('renamed')
      expect(sent.length).toBeGreaterThan(25 * 1000 * 1000)
      expect((await postForm(key.text, sent, 'multipart/form-data; boundary=x')).status).toBe(200)
      expect(await eventOf(key.id)).toMatchObject({ model: 'renamed', tokens: { seconds: 1600 }, estimated: false })
      const { headers } = await lastCall()
      expect(headers).toMatchObject({
        'content-length': String(form('whisper-1').length),
        'content-type': 'multipart/form-data; boundary=x',
      })
      expect(JSON.stringify(headers)).not.toContain(key.text)
    })

    test('is held at the most that it can cost, to the last nano of a hard budget', async () => {
      await admitsExactly((key, signal) => {
        const form = new FormData()
        form.set('model', 'gpt-4o-transcribe')
        form.set('prompt', '@sim hang=headers')
        form.set('file', new Blob([Buffer.alloc(9_000)]), 'depot.mp3')
        return fetch(`${g.urlOf(mount)}/v1/audio/transcriptions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}` },
          body: form,
          signal,
        })
      })
    })

    test.each<[string, (form: FormData) => void, string]>([
      ['two models', (form) => form.append('model', 'gpt-4o-transcribe'), 'model'],
      ['two files', (form) => form.append('other', new Blob(['x']), 'b.wav'), 'other'],
      ['a file that is a text', (form) => form.set('file', 'sound'), 'file'],
      ['a model that is the file', (form) => (form.delete('file'), form.set('model', new Blob(['x']), 'm')), 'model'],
      ['a stream that is neither true nor false', (form) => form.set('stream', 'maybe'), 'stream'],
    ])('with %s is refused, and the field is named', async (_what, change, param) => {
      const key = await g.makeKey()
      const before = g.simulator.totals().calls
      const form = new FormData()
      form.set('model', 'whisper-1')
      form.set('file', new Blob([new Uint8Array(wavOf(1))]), 'a.wav')
      change(form)
      const answer = await postForm(key.text, form)
      expect(answer.status).toBe(400)
      const { error } = (await answer.json()) as { error: { code: string; param: string } }
      expect(error.code).toBe('invalid_request_error')
      expect(error.param).toBe(param)
      expect(g.simulator.totals().calls).toBe(before)
    })

    test('at a deployment’s address, as Azure’s clients ask for it, needs no model of its own', async () => {
      const key = await g.makeKey()
      const form = new FormData()
      form.set('file', new Blob([new Uint8Array(wavOf(4))]), 'a.wav')
      const url = `${g.urlOf(mount)}/azure/openai/deployments/whisper-1/audio/transcriptions?api-version=2024-10-21`
      const answer = await fetch(url, { method: 'POST', headers: { 'api-key': key.text }, body: form })
      expect(answer.status).toBe(200)
      expect(await eventOf(key.id)).toMatchObject({ model: 'whisper-1', tokens: { seconds: 4 }, estimated: false })
    })

    test('that breaks off is charged as measured, and says that it is an estimate', async () => {
      const key = await g.makeKey()
      const form = new FormData()
      form.set('model', 'gpt-4o-transcribe')
      form.set('stream', 'true')
      form.set('prompt', '@sim out=20 cut=5')
      form.set('file', new Blob([new Uint8Array(wavOf(4))]), 'a.wav')
      const text = await (await postForm(key.text, form)).text()
      expect(text).toContain('upstream_error')
      expect(text).not.toContain('transcript.text.done')
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ outcome: 'cut', tokens: { audio_input: 40, output: 16 }, estimated: true })
    })

    test('as JSON is refused as of a wrong type', async () => {
      const key = await g.makeKey()
      const answer = await post(key.text, '/v1/audio/transcriptions', { model: 'whisper-1' })
      expect(answer.status).toBe(415)
    })
  })
})

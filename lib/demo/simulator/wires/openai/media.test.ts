import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mp3Of, secondsOf, wavOf } from '#lib/demo/simulator/rules/sound.ts'
import { startSimulator, type Simulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
afterAll(() => simulator.close())

const post = (path: string, body: object) =>
  fetch(`${simulator.url}/openai/v1${path}`, { method: 'POST', body: JSON.stringify(body) })

function transcribe(fields: Readonly<Record<string, string>>, file = wavOf(3)): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([new Uint8Array(file)]), 'a.wav')
  return fetch(`${simulator.url}/openai/v1/audio/transcriptions`, { method: 'POST', body: form })
}

describe('the totals', () => {
  test('count pictures, characters and seconds where those are billed, and only there', async () => {
    await post('/images/generations', { model: 'dall-e-3', prompt: '@sim out=9 A', n: 2 })
    await post('/audio/speech', { model: 'tts-1', voice: 'ash', input: 'größe' })
    await transcribe({ model: 'whisper-1' })
    await transcribe({ model: 'whisper-1', prompt: '@sim in=90' })
    const totals = simulator.totals()
    expect(totals).toMatchObject({ images: 2, characters: 5, seconds: 93, prompt_tokens: 0, completion_tokens: 0 })
    expect(totals.models['tts-1']).not.toHaveProperty('images')
  })

  test('count tokens of the models that are billed in them', async () => {
    await post('/images/generations', { model: 'gpt-image-1.5', prompt: '@sim in=3 out=9 A', n: 2 })
    await post('/audio/speech', { model: 'gpt-4o-mini-tts', voice: 'ash', input: '@sim in=4 out=5 A' })
    await transcribe({ model: 'gpt-4o-transcribe', prompt: '@sim out=6 Kiel' })
    const totals = simulator.totals()
    expect(totals).toMatchObject({ prompt_tokens: 3 + 4 + 31, audio_tokens: 30, completion_tokens: 18 + 5 + 6 })
    expect(totals).not.toHaveProperty('seconds')
  })

  test('bill nothing for an error', async () => {
    const answer = await post('/images/generations', { model: 'dall-e-3', prompt: '@sim error=500 A' })
    expect(answer.status).toBe(500)
    expect(simulator.totals()).not.toHaveProperty('images')
  })
})

describe('what is simulated', () => {
  test.each([
    ['mp3', 'audio/mpeg', mp3Of(0.8)],
    ['wav', 'audio/wav', wavOf(0.8)],
  ])('as %s is %s of the length that was asked for', async (response_format, type, sound) => {
    const input = '@sim out=16 Hello'
    const answer = await post('/audio/speech', { model: 'tts-1', voice: 'ash', input, response_format })
    expect(answer.headers.get('content-type')).toBe(type)
    expect(Buffer.from(await answer.arrayBuffer()).equals(sound)).toBe(true)
  })

  test('in a stream is, put together, the same sound', async () => {
    const sent = { model: 'gpt-4o-mini-tts', voice: 'ash', input: '@sim out=7 A', stream_format: 'sse' }
    const text = await (await post('/audio/speech', sent)).text()
    const pieces = [...text.matchAll(/"audio":"([^"]*)"/g)].map(([, base64]) => Buffer.from(base64!, 'base64'))
    expect(Buffer.concat(pieces).equals(mp3Of(7 / 20))).toBe(true)
  })

  test.each([
    ['text', 'This'],
    ['srt', '1\n00:00:00,000 --> 00:00:03,000\nThis\n\n'],
    ['vtt', 'WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nThis\n\n'],
  ])('as %s is plain text', async (response_format, text) => {
    const answer = await transcribe({ model: 'whisper-1', response_format, prompt: '@sim out=1' })
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect((await answer.text()).trim()).toBe(text.trim())
  })

  test('of what is no form, or has no file, is refused', async () => {
    const json = await post('/audio/transcriptions', { model: 'whisper-1' })
    expect(json.status).toBe(400)
    const form = new FormData()
    form.set('model', 'whisper-1')
    const answer = await fetch(`${simulator.url}/openai/v1/audio/transcriptions`, { method: 'POST', body: form })
    expect(await answer.json()).toMatchObject({ error: { param: 'file' } })
  })
})

test('a WAV is as long as it was made, any other file as its bytes at 64 kbit/s', () => {
  expect(secondsOf(wavOf(12))).toBe(12)
  expect(secondsOf(Buffer.alloc(80_000))).toBe(10)
  expect(secondsOf(Buffer.alloc(0))).toBe(1)
})

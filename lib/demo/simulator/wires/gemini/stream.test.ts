import { describe, expect, test } from 'vitest'
import {
  asGeminiCounts,
  ask,
  chunksOf,
  chunksOfArray,
  detailed,
  detailedCounts,
  eventsOf,
  lastCall,
  model,
  startSimulatorForTests,
  streamed,
  visibleText,
  type Answer,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe.each([
  ['of events', chunksOf],
  ['of an array', chunksOfArray],
])('a stream %s', (_form, read) => {
  test('has the plain answer in single tokens, and its reason at the end only', async () => {
    const chunks = await read('hi')
    expect(visibleText(chunks)).toBe(visibleText([await ask('hi')]))
    expect(chunks).toHaveLength(16 + 1)
    expect(chunks.map((chunk) => chunk.candidates[0]!.finishReason)).toEqual([...Array(16).fill(undefined), 'STOP'])
    expect(new Set(chunks.map((chunk) => chunk.responseId)).size).toBe(1)
    expect(chunks.every((chunk) => chunk.modelVersion === model)).toBe(true)
  })

  test('says in every chunk what was used so far, and in the last all that the journal has', async () => {
    const chunks = await read(detailed)
    expect(chunks.map((chunk) => chunk.usageMetadata!.candidatesTokenCount)).toEqual([7, 14, 21, 28, 30, 30])
    expect(chunks.map((chunk) => chunk.usageMetadata!.totalTokenCount)).toEqual([1027, 1034, 1041, 1048, 1050, 1050])
    expect(chunks.at(-1)!.usageMetadata).toMatchObject(detailedCounts)
    const entry = await lastCall()
    expect(entry).toMatchObject({ stream: true, finished: 'done' })
    expect(asGeminiCounts(entry)).toEqual(detailedCounts)
  })

  test('ends at the maximum with reason MAX_TOKENS', async () => {
    const chunks = await read('@sim out=10', { generationConfig: { maxOutputTokens: 3 } })
    expect(visibleText(chunks)).toHaveLength(12)
    expect(chunks.at(-1)!.candidates[0]!.finishReason).toBe('MAX_TOKENS')
  })

  test('gives every candidate its own text and its own end', async () => {
    const chunks = await read('hi', { generationConfig: { candidateCount: 2 } })
    expect(visibleText(chunks, 0)).toMatch(/^This is a simulated answer/)
    expect(visibleText(chunks, 1)).toMatch(/^Each token/)
    expect(chunks.at(-1)!.candidates.map((candidate) => candidate.finishReason)).toEqual(['STOP', 'STOP'])
    expect(chunks.at(-1)!.usageMetadata!.candidatesTokenCount).toBe(32)
  })

  test('of no visible tokens is one chunk', async () => {
    const chunks = await read('@sim out=0')
    expect(chunks.map((chunk) => chunk.candidates)).toEqual([
      [{ content: { role: 'model' }, finishReason: 'STOP', index: 0 }],
    ])
  })

  test('says nothing about usage with usage=none', async () => {
    const chunks = await read('@sim usage=none')
    expect(chunks.filter((chunk) => 'usageMetadata' in chunk)).toEqual([])
    expect((await lastCall()).usage.completion_tokens).toBe(16)
  })
})

describe('a stream', () => {
  test.each(['?alt=sse', '?key=AIza-x&alt=sse', '?%24alt=sse', '?$alt=sse&key=x'])('%s has events', async (query) => {
    expect(eventsOf(await (await streamed('@sim out=2', {}, query)).text(), '\r\n\r\n')).toHaveLength(3)
  })

  test.each(['', '?alt=json', '?alt=ssed', '?salt=sse'])('%j is an array', async (query) => {
    expect(await (await streamed('@sim out=2', {}, query)).json()).toHaveLength(3)
  })

  test('that is cut has said the usage that the journal has', async () => {
    const answer = await streamed('@sim in=40 out=10 reasoning=2 cut=3')
    let text = ''
    const read = async () => {
      const decoder = new TextDecoder()
      for await (const part of answer.body!) text += decoder.decode(part, { stream: true })
    }
    await expect(read()).rejects.toThrow()
    const last = eventsOf(text, '\r\n\r\n').at(-1)!
    expect(last.usageMetadata).toMatchObject({ candidatesTokenCount: 3, thoughtsTokenCount: 2, totalTokenCount: 45 })
    expect(last.candidates[0]).not.toHaveProperty('finishReason')
    expect(await lastCall()).toMatchObject({ finished: 'error', usage: { prompt_tokens: 40, completion_tokens: 5 } })
  })

  test('with garbage=crlf has all styles of events, which mean the same', async () => {
    const text = await (await streamed('@sim garbage=crlf')).text()
    for (const style of [': still here\r\n\r\n', '\ndata:{', '\ndata: {', '}\n\n', '}\r\n\r\n'])
      expect(text).toContain(style)
    const lines = text.split(/\r?\n/).filter((line) => line.startsWith('data:'))
    const chunks = lines.map((line) => JSON.parse(line.slice('data:'.length)) as Answer)
    expect(visibleText(chunks)).toBe(visibleText([await ask('hi')]))
    expect(chunks.at(-1)!.candidates[0]!.finishReason).toBe('STOP')
  })

  test('with garbage=crlf is the usual array, whose lines end so anyway', async () => {
    const text = await (await streamed('@sim garbage=crlf', {}, '')).text()
    expect(text).toContain('},\r\n{')
    expect(visibleText(JSON.parse(text) as Answer[])).toBe(visibleText([await ask('hi')]))
  })

  test('with garbage=split has characters of several bytes, in either form', async () => {
    for (const read of [chunksOf, chunksOfArray]) {
      const text = visibleText(await read('@sim out=20 garbage=split'))
      expect(text).toContain('🚚')
      expect(Buffer.byteLength(text)).toBe(80)
    }
  })

  test('with garbage=json has one broken event among whole ones', async () => {
    const events = (await (await streamed('@sim out=4 garbage=json')).text()).split('\r\n\r\n').slice(0, -1)
    const broken = events.map((event) => isBroken(event.slice('data: '.length)))
    expect(broken).toEqual([false, true, false, false, false, false])
  })

  test('with garbage=json is no JSON as an array', async () => {
    const text = await (await streamed('@sim out=4 garbage=json', {}, '')).text()
    expect(text).toMatch(/^\[\{.*\}\]$/s)
    expect(isBroken(text)).toBe(true)
  })

  test('with garbage=huge has more than 10 MiB of valid JSON, in either form', async () => {
    const [events, array] = await Promise.all(
      ['?alt=sse', ''].map(async (query) => (await streamed('@sim out=2 garbage=huge', {}, query)).text()),
    )
    expect(events!.length).toBeGreaterThan(10 * 1024 * 1024)
    expect(array!.length).toBeGreaterThan(10 * 1024 * 1024)
    expect(visibleText(eventsOf(events!, '\r\n\r\n'))).toHaveLength(8)
    expect(visibleText(JSON.parse(array!) as Answer[])).toHaveLength(8)
  })
})

function isBroken(json: string): boolean {
  try {
    JSON.parse(json)
    return false
  } catch {
    return true
  }
}

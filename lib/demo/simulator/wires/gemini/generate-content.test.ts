import { describe, expect, test } from 'vitest'
import {
  asGeminiCounts,
  ask,
  chunksOf,
  chunksOfArray,
  detailed,
  detailedCounts,
  lastCall,
  model,
  post,
  said,
  startSimulatorForTests,
  visibleText,
  type Answer,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('a plain answer', () => {
  test('has one candidate of text, usage, and the id of the call', async () => {
    const answer = await ask('hello')
    expect(answer).toEqual({
      candidates: [
        {
          content: { parts: [{ text: expect.stringMatching(/^This is a simulated answer/) }], role: 'model' },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount: 2 + 3 + 3,
        candidatesTokenCount: 16,
        totalTokenCount: 24,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 8 }],
      },
      modelVersion: model,
      responseId: (await lastCall()).id,
    })
  })

  test('is journalled as a call of this provider, without the query, which may hold a key', async () => {
    await post(`/models/${model}:generateContent?key=AIza-secret`, said('hello'))
    expect(await lastCall()).toMatchObject({
      provider: 'gemini',
      path: `/gemini/v1beta/models/${model}:generateContent`,
      model,
      stream: false,
      finished: 'done',
      usage: { prompt_tokens: 8, completion_tokens: 16 },
    })
  })

  test('counts cached tokens inside the prompt and thoughts outside the candidates, as the journal does', async () => {
    const { usageMetadata, candidates } = await ask(detailed)
    expect(usageMetadata).toMatchObject(detailedCounts)
    expect(asGeminiCounts(await lastCall())).toEqual(detailedCounts)
    expect(candidates[0]!.content.parts).toEqual([{ text: expect.toSatisfy((text: string) => text.length === 120) }])
  })

  test('counts the UTF-8 bytes of every role and of the system instruction, but not the options', async () => {
    const { usageMetadata } = await ask('', {
      systemInstruction: { parts: [{ text: 'Sei brief' }] },
      contents: [
        { role: 'user', parts: [{ text: 'ab' }] },
        { role: 'model', parts: [{ text: 'cd' }] },
        { parts: [{ text: '@sim out=2 größer' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
      ],
    })
    expect(usageMetadata!.promptTokenCount).toBe(Math.ceil((9 + 2 + 2 + 8) / 4) + 4 * 3 + 3)
    expect(usageMetadata!.candidatesTokenCount).toBe(2)
  })

  test('ends at maxOutputTokens, thoughts inside it, with reason MAX_TOKENS', async () => {
    const { usageMetadata, candidates } = await ask('@sim out=20 reasoning=3', {
      generationConfig: { maxOutputTokens: 5 },
    })
    expect(candidates[0]!.finishReason).toBe('MAX_TOKENS')
    expect(usageMetadata).toMatchObject({ candidatesTokenCount: 2, thoughtsTokenCount: 3 })
  })

  test('that thoughts used up has no parts and no count of candidates', async () => {
    const { usageMetadata, candidates } = await ask('@sim out=20 reasoning=8', {
      generationConfig: { maxOutputTokens: 5 },
    })
    expect(candidates).toEqual([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])
    expect(usageMetadata).not.toHaveProperty('candidatesTokenCount')
    expect(usageMetadata!.thoughtsTokenCount).toBe(5)
  })

  test('has as many candidates as were asked for, all of them billed', async () => {
    const { usageMetadata, candidates } = await ask('@sim out=10 reasoning=4', {
      generationConfig: { candidateCount: 3 },
    })
    expect(candidates.map((candidate) => candidate.index)).toEqual([0, 1, 2])
    expect(new Set(candidates.map((candidate) => candidate.content.parts![0]!.text)).size).toBe(3)
    expect(usageMetadata).toMatchObject({ candidatesTokenCount: 18, thoughtsTokenCount: 12 })
    expect((await lastCall()).usage).toMatchObject({ completion_tokens: 30, reasoning_tokens: 12 })
  })

  test('never writes to the cache, since Gemini bills no such thing', async () => {
    await ask('@sim in=100 cached=10 cache_write=50')
    expect((await lastCall()).usage).toMatchObject({ prompt_tokens: 100, cached_tokens: 10, cache_write_tokens: 0 })
  })

  test('says nothing about usage with usage=none, and the journal still knows it', async () => {
    expect(await ask('@sim usage=none out=9')).not.toHaveProperty('usageMetadata')
    expect((await lastCall()).usage.completion_tokens).toBe(9)
  })

  test('is the same to a request in snake case', async () => {
    const camel = await ask('@sim out=9', {
      systemInstruction: { parts: [{ text: 'Sei brief' }] },
      generationConfig: { maxOutputTokens: 4, thinkingConfig: { includeThoughts: true } },
    })
    const snake = await ask('@sim out=9', {
      system_instruction: { parts: [{ text: 'Sei brief' }] },
      generation_config: { max_output_tokens: 4, thinking_config: { include_thoughts: true } },
    })
    expect(snake.usageMetadata).toEqual(camel.usageMetadata)
    expect(snake.candidates).toEqual(camel.candidates)
    expect(snake.candidates[0]!.finishReason).toBe('MAX_TOKENS')
  })

  test('takes lists of one without brackets, and whole numbers as text', async () => {
    const { candidates } = await ask('', {
      contents: { parts: { text: '@sim out=9' } },
      generationConfig: { maxOutputTokens: '4' },
    })
    expect(candidates[0]!.content.parts![0]!.text).toHaveLength(16)
  })

  test('comes from the address with an escaped colon too', async () => {
    const answer = await post(`/models/${model}%3AgenerateContent`, said('hello'))
    expect(((await answer.json()) as Answer).modelVersion).toBe(model)
  })
})

describe('thoughts', () => {
  const thinkingConfig = { includeThoughts: true }
  const thoughtful = { generationConfig: { thinkingConfig } }

  test('are a part before the text when they are included', async () => {
    const { candidates } = await ask('@sim out=10 reasoning=4', thoughtful)
    expect(candidates[0]!.content.parts).toEqual([
      { text: expect.any(String), thought: true },
      { text: expect.stringMatching(/^This is/) },
    ])
  })

  test('are the first chunk of a stream, whose text is what it is without them', async () => {
    for (const read of [chunksOf, chunksOfArray]) {
      const chunks = await read('@sim out=10 reasoning=4', thoughtful)
      expect(chunks[0]!.candidates[0]!.content.parts).toEqual([{ text: expect.any(String), thought: true }])
      expect(chunks[0]!.usageMetadata).toMatchObject({ thoughtsTokenCount: 4 })
      expect(chunks).toHaveLength(1 + 6 + 1)
      expect(visibleText(chunks)).toBe(visibleText(await chunksOf('@sim out=6')))
    }
  })

  test.each([
    ['when nobody asks for them', '@sim out=10 reasoning=4', {}],
    ['when there were none', '@sim out=10', thoughtful],
  ])('are not shown %s', async (_when, text, extra) => {
    const plain = await ask(text, extra)
    expect(plain.candidates[0]!.content.parts).toHaveLength(1)
    expect(JSON.stringify([plain, await chunksOf(text, extra)])).not.toContain('"thought"')
  })
})

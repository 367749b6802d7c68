import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
afterAll(() => simulator.close())

const model = 'gemini-2.5-flash'
type Members = Readonly<Record<string, unknown>>

type Candidate = {
  readonly content: { readonly role: string; readonly parts?: readonly Part[] }
  readonly finishReason?: string
  readonly index: number
}
type Part = {
  readonly text?: string
  readonly thought?: boolean
  readonly functionCall?: { readonly name: string; readonly args: unknown }
}
type Answer = {
  readonly candidates: readonly Candidate[]
  readonly usageMetadata?: UsageMetadata
  readonly modelVersion: string
  readonly responseId: string
}
type UsageMetadata = {
  readonly promptTokenCount: number
  readonly candidatesTokenCount?: number
  readonly thoughtsTokenCount?: number
  readonly cachedContentTokenCount?: number
  readonly totalTokenCount: number
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${simulator.url}/gemini/v1beta${path}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'AIza-anything' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const said = (text: string, extra: Members = {}): Members => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  ...extra,
})

async function ask(text: string, extra: Members = {}): Promise<Answer> {
  const answer = await post(`/models/${model}:generateContent`, said(text, extra))
  expect(answer.status).toBe(200)
  return (await answer.json()) as Answer
}

const streamed = (text: string, extra: Members = {}, query = '?alt=sse') =>
  post(`/models/${model}:streamGenerateContent${query}`, said(text, extra))

/** Reads what Google's clients read: events that end with CRLF, with nothing but JSON in them. */
async function chunksOf(text: string, extra: Members = {}): Promise<Answer[]> {
  const answer = await streamed(text, extra)
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  return eventsOf(await answer.text(), '\r\n\r\n')
}

function eventsOf(text: string, end: string | RegExp): Answer[] {
  const events = text.split(end)
  expect(events.pop()).toBe('')
  return events.map((event) => {
    expect(event).toMatch(/^data: \{/)
    return JSON.parse(event.slice('data: '.length)) as Answer
  })
}

async function chunksOfArray(text: string, extra: Members = {}): Promise<Answer[]> {
  const answer = await streamed(text, extra, '')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return (await answer.json()) as Answer[]
}

const visibleText = (answers: readonly Answer[], index = 0) =>
  answers
    .flatMap((answer) => answer.candidates.filter((candidate) => candidate.index === index))
    .flatMap((candidate) => candidate.content.parts ?? [])
    .filter((part) => !part.thought)
    .map((part) => part.text ?? '')
    .join('')

async function lastCall(): Promise<CallEntry> {
  const entries = (await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]
  return entries.at(-1)!
}

/** The journal's usage in Gemini's words: reasoning is inside the completion there, and outside the candidates here. */
function asGeminiCounts({ usage }: CallEntry) {
  return {
    promptTokenCount: usage.prompt_tokens,
    candidatesTokenCount: usage.completion_tokens - usage.reasoning_tokens,
    thoughtsTokenCount: usage.reasoning_tokens,
    cachedContentTokenCount: usage.cached_tokens,
    totalTokenCount: usage.total_tokens,
  }
}

const detailed = '@sim in=1000 out=50 cached=600 reasoning=20 chunk=7 hi'
const detailedCounts = {
  promptTokenCount: 1000,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 20,
  cachedContentTokenCount: 600,
  totalTokenCount: 1050,
}

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

const clock = { name: 'get_time' }
const weather = {
  name: 'get_weather',
  parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' }, days: { type: 'INTEGER' } } },
}
const tools = [{ functionDeclarations: [clock] }, { function_declarations: [weather] }]
const calling = (config: Members) => ({ toolConfig: { functionCallingConfig: config } })

describe('an answer to a request with functions', () => {
  const partsOf = (answer: Answer) => answer.candidates[0]!.content.parts ?? []
  const weatherCall = { functionCall: { name: 'get_weather', args: { city: 'simulated', days: 1 } } }

  test.each([
    ['@sim tool', 'get_time', {}],
    ['@sim tool=unknown', 'get_time', {}],
    ['@sim tool=get_weather', 'get_weather', { city: 'simulated', days: 1 }],
  ])('%s calls %s', async (text, name, args) => {
    const answer = await ask(text, { tools })
    expect(partsOf(answer)).toEqual([{ functionCall: { name, args } }])
    expect(answer.candidates[0]!.finishReason).toBe('STOP')
    expect(answer.usageMetadata!.candidatesTokenCount).toBe(16)
  })

  test('takes the schema from parametersJsonSchema too', async () => {
    const parametersJsonSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const answer = await ask('@sim tool', { tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema }] }] })
    expect(partsOf(answer)).toEqual([{ functionCall: { name: 'f', args: { city: 'simulated' } } }])
  })

  test.each([
    ['is called in mode ANY', { mode: 'ANY' }, 'get_time'],
    ['that is allowed is called in mode ANY', { mode: 'ANY', allowedFunctionNames: ['get_weather'] }, 'get_weather'],
  ])('the first function %s, without being steered', async (_what, config, name) => {
    const answer = await ask('hello', { tools, ...calling(config) })
    expect(partsOf(answer)).toMatchObject([{ functionCall: { name } }])
  })

  const looped = [
    { role: 'user', parts: [{ text: '@sim tool out=5' }] },
    { role: 'model', parts: [{ functionCall: { name: 'get_time', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'get_time', response: { time: 'noon' } } }] },
  ]

  test.each([
    ['without being steered', 'hello', { tools }],
    ['when there are no functions', '@sim tool', { tools: [{ googleSearch: {} }] }],
    ['in mode NONE', '@sim tool', { tools, ...calling({ mode: 'NONE' }) }],
    ['when a function has responded', '', { tools, contents: looped }],
  ])('is text %s', async (_when, text, extra) => {
    expect(partsOf(await ask(text, extra))).toEqual([{ text: expect.stringMatching(/^This is/) }])
  })

  test('is steered by the question that led to a function\u2019s response', async () => {
    const { usageMetadata } = await ask('', { tools, contents: looped })
    expect(usageMetadata!.candidatesTokenCount).toBe(5)
  })

  test.each([
    ['events', chunksOf],
    ['an array', chunksOfArray],
  ])('streamed as %s has the call whole, with the reason', async (_form, read) => {
    const chunks = await read('@sim tool=get_weather out=9 chunk=4', { tools })
    expect(chunks.map(partsOf)).toEqual([[], [], [], [weatherCall]])
    expect(chunks.at(-1)!.candidates[0]!.finishReason).toBe('STOP')
    expect(chunks.at(-1)!.usageMetadata!.candidatesTokenCount).toBe(9)
    expect((await lastCall()).usage.completion_tokens).toBe(9)
  })

  test('loses the call to a maximum that falls within it', async () => {
    const { candidates } = await ask('@sim tool out=20', { tools, generationConfig: { maxOutputTokens: 10 } })
    expect(candidates).toEqual([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])
  })
})

describe('countTokens', () => {
  const count = async (body: Members) => {
    const answer = await post(`/models/${model}:countTokens`, body)
    expect(answer.status).toBe(200)
    return (await answer.json()) as unknown
  }

  test.each([said('hello there'), said('@sim in=777 hello')])('of %j is what the answer bills', async (body) => {
    const { usageMetadata } = await ask('', body)
    expect(await count(body)).toEqual({ totalTokens: usageMetadata!.promptTokenCount })
  })

  test('of a whole request counts the system instruction', async () => {
    const whole = said('hello', { model: `models/${model}`, system_instruction: { parts: [{ text: 'be brief' }] } })
    expect(await count({ generateContentRequest: whole })).toEqual({ totalTokens: 2 + 2 + 2 * 3 + 3 })
  })

  test('bills nothing', async () => {
    await count(said('@sim in=777 out=50 reasoning=9 cached=5 hello'))
    const { usage, finished, path } = await lastCall()
    expect(path).toMatch(/:countTokens$/)
    expect(finished).toBe('done')
    expect(new Set(Object.values(usage))).toEqual(new Set([0]))
  })

  test('fails when it is told to', async () => {
    expect((await post(`/models/${model}:countTokens`, said('@sim error=503'))).status).toBe(503)
  })
})

describe('embeddings', () => {
  const embedder = 'gemini-embedding-001'
  type Embedding = { readonly values: readonly number[] }
  const content = (text: string) => ({ content: { parts: [{ text }] } })

  async function embed(text: string, extra: Members = {}, name = embedder): Promise<Embedding> {
    const answer = await post(`/models/${name}:embedContent`, { ...content(text), ...extra })
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { embedding: Embedding }
    expect(Object.keys(body)).toEqual(['embedding'])
    return body.embedding
  }

  async function embedBatch(...texts: readonly string[]): Promise<readonly Embedding[]> {
    const requests = texts.map((text) => ({ model: `models/${embedder}`, ...content(text) }))
    const answer = await post(`/models/${embedder}:batchEmbedContents`, { requests })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { embeddings: readonly Embedding[] }).embeddings
  }

  test.each([
    [embedder, {}, 3072],
    ['text-embedding-004', {}, 768],
    [embedder, { outputDimensionality: 256 }, 256],
    [embedder, { output_dimensionality: 256, task_type: 'RETRIEVAL_QUERY' }, 256],
  ])('of %s with %j have their dimensions, and length 1', async (name, extra, dimensions) => {
    const { values } = await embed('parcel', extra, name)
    expect(values).toHaveLength(dimensions)
    expect(Math.hypot(...values)).toBeCloseTo(1, 5)
  })

  test('of a batch keep the order, and are those of the single texts', async () => {
    const [van, parcel] = await embedBatch('van', 'parcel')
    expect(parcel).toEqual(await embed('parcel'))
    expect(van).toEqual(await embed('van'))
    expect(van).not.toEqual(parcel)
  })

  test.each([
    [['parcel'], 2],
    [['parcel', 'van'], 3],
    [['parcel', '@sim in=500 van'], 500],
    [['parcel', '@sim ttft=1 van'], 3],
  ])('of %j are journalled as %i prompt tokens and no output', async (texts, tokens) => {
    await embedBatch(...texts)
    expect((await lastCall()).usage).toMatchObject({ prompt_tokens: tokens, completion_tokens: 0 })
    await embed(texts.at(-1)!)
    expect((await lastCall()).usage.completion_tokens).toBe(0)
  })

  test('lie where the text lies without the options', async () => {
    expect(await embed('@sim in=5 parcel')).toEqual(await embed('parcel'))
  })

  test('fail when they are told to', async () => {
    const answer = await post(`/models/${embedder}:embedContent`, content('@sim error=500'))
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 500, status: 'INTERNAL' } })
  })

  const address = `/models/${embedder}`
  const request = { model: `models/${embedder}`, ...content('x') }
  test.each([
    ['no content', ':embedContent', {}, 'content'],
    ['an empty text', ':embedContent', content(''), 'content'],
    [
      'a picture',
      ':embedContent',
      { content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }] } },
      'content',
    ],
    ['too many dimensions', ':embedContent', { ...request, outputDimensionality: 9999 }, 'outputDimensionality'],
    ['another model', ':embedContent', { ...request, model: 'models/other' }, 'model'],
    ['an empty batch', ':batchEmbedContents', { requests: [] }, 'requests'],
    ['a batch of 101', ':batchEmbedContents', { requests: Array(101).fill(request) }, 'requests'],
    ['a batch without models', ':batchEmbedContents', { requests: [request, content('x')] }, 'requests[1].model'],
    [
      'a batch of another model',
      ':batchEmbedContents',
      { requests: [{ ...request, model: 'm' }] },
      'requests[0].model',
    ],
  ])('of %s are refused', async (_what, method, body, place) => {
    expect(await refusal(await post(address + method, body))).toMatch(startOf(place))
  })
})

describe('models', () => {
  const get = (path: string) => fetch(`${simulator.url}/gemini/v1beta${path}`)

  test('are listed with what they can do', async () => {
    const { models } = (await (await get('/models?pageSize=50')).json()) as { models: readonly Members[] }
    expect(models).toContainEqual(
      expect.objectContaining({
        name: `models/${model}`,
        displayName: 'Gemini 2.5 Flash',
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        supportedGenerationMethods: expect.arrayContaining(['generateContent', 'countTokens']),
      }),
    )
    const embedder = models.find(({ name }) => name === 'models/gemini-embedding-001')
    expect(embedder!.supportedGenerationMethods).toContain('embedContent')
    expect(embedder!.supportedGenerationMethods).not.toContain('generateContent')
  })

  test('are found by name, and are no calls', async () => {
    expect(await (await get(`/models/${model}`)).json()).toMatchObject({ name: `models/${model}` })
    expect(simulator.totals().calls).toBe(0)
  })

  test('that are unknown are not found, but answer', async () => {
    const answer = await get('/models/gemini-0')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    expect((await post('/models/gemini-0:generateContent', said('hi'))).status).toBe(200)
  })
})

/** The message of a 400 in Google's shape. */
async function refusal(answer: Response): Promise<string> {
  expect(answer.status).toBe(400)
  const body = (await answer.json()) as { error: { message: string } }
  expect(body).toEqual({ error: { code: 400, message: expect.any(String), status: 'INVALID_ARGUMENT' } })
  return body.error.message
}

/** Names the place and nothing within it. */
function startOf(place: string): RegExp {
  return new RegExp(`^${place.replaceAll(/[[\].]/g, '\\$&')} `)
}

describe('errors', () => {
  test.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ABORTED'],
    [418, 'INVALID_ARGUMENT'],
    [429, 'RESOURCE_EXHAUSTED'],
    [499, 'CANCELLED'],
    [500, 'INTERNAL'],
    [501, 'UNIMPLEMENTED'],
    [502, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ])('error=%i is %s, plain and streamed, and bills nothing', async (code, status) => {
    const text = `@sim in=50 error=${code} retry_after=7`
    for (const answer of [await post(`/models/${model}:generateContent`, said(text)), await streamed(text)]) {
      expect(answer.status).toBe(code)
      expect(answer.headers.get('retry-after')).toBe('7')
      expect(await answer.json()).toEqual({ error: { code, message: expect.any(String), status } })
      expect(await lastCall()).toMatchObject({ finished: 'error', model, usage: { total_tokens: 0 } })
    }
  })

  const contents = said('hi').contents
  const part = (value: unknown) => ({ contents: [{ parts: [{ text: 'hi' }, value] }] })
  const config = (generationConfig: unknown) => ({ contents, generationConfig })
  const declaring = (...functionDeclarations: readonly unknown[]) => ({ contents, tools: [{ functionDeclarations }] })
  const callingAt = 'toolConfig.functionCallingConfig'

  test.each<[string, unknown, string]>([
    ['not JSON', '{"contents":', 'The body of your request'],
    ['no body', '', 'The body of your request'],
    ['an array', '[]', 'The request'],
    ['null', 'null', 'The request'],
    ['an unknown field', { contents, messages: [] }, 'The request'],
    ['no contents', {}, 'contents'],
    ['empty contents', { contents: [] }, 'contents'],
    ['contents of text', { contents: 'hi' }, 'contents'],
    ['a content of text', { contents: ['hi'] }, 'contents[0]'],
    ['an unknown role', { contents: [{ role: 'assistant', parts: [{ text: 'hi' }] }] }, 'contents[0].role'],
    ['no parts', { contents: [{ role: 'user' }] }, 'contents[0].parts'],
    ['empty parts', { contents: [{ role: 'user', parts: [] }] }, 'contents[0].parts'],
    ['an unknown field of a content', { contents: [{ content: 'hi', parts: [{ text: 'hi' }] }] }, 'contents[0]'],
    ['an empty part', part({}), 'contents[0].parts[1]'],
    ['a part of two kinds', part({ text: 'hi', functionCall: { name: 'f' } }), 'contents[0].parts[1]'],
    ['an unknown kind of part', part({ image_url: 'x' }), 'contents[0].parts[1]'],
    ['a text of a number', part({ text: 5 }), 'contents[0].parts[1].text'],
    ['data without a type', part({ inlineData: { data: 'AA' } }), 'contents[0].parts[1].inlineData.mimeType'],
    ['data without data', part({ inline_data: { mime_type: 'a/b' } }), 'contents[0].parts[1].inlineData.data'],
    ['a file without an address', part({ fileData: { mimeType: 'a/b' } }), 'contents[0].parts[1].fileData.fileUri'],
    ['a call without a name', part({ functionCall: { args: {} } }), 'contents[0].parts[1].functionCall.name'],
    ['a call with a text', part({ functionCall: { name: 'f', args: '{}' } }), 'contents[0].parts[1].functionCall.args'],
    [
      'a response with a text',
      part({ functionResponse: { name: 'f', response: 'noon' } }),
      'contents[0].parts[1].functionResponse.response',
    ],
    ['an instruction of text', { contents, systemInstruction: 'be brief' }, 'systemInstruction'],
    ['an empty instruction', { contents, system_instruction: { parts: [] } }, 'systemInstruction.parts'],
    ['a configuration of text', config('hot'), 'generationConfig'],
    ['an unknown setting', config({ max_tokens: 5 }), 'generationConfig'],
    ['a maximum of 0', config({ maxOutputTokens: 0 }), 'generationConfig.maxOutputTokens'],
    ['a maximum of text', config({ max_output_tokens: 'five' }), 'generationConfig.maxOutputTokens'],
    ['no candidates', config({ candidateCount: 0 }), 'generationConfig.candidateCount'],
    ['nine candidates', config({ candidateCount: 9 }), 'generationConfig.candidateCount'],
    ['too much heat', config({ temperature: 2.5 }), 'generationConfig.temperature'],
    ['six stop sequences', config({ stopSequences: [...'abcdef'] }), 'generationConfig.stopSequences'],
    ['a stop sequence of its own', config({ stopSequences: 'a' }), 'generationConfig.stopSequences'],
    ['an unknown form', config({ responseMimeType: 'image/png' }), 'generationConfig.responseMimeType'],
    ['a schema of plain text', config({ responseSchema: { type: 'STRING' } }), 'generationConfig.responseSchema'],
    [
      'two schemas',
      config({ responseMimeType: 'application/json', responseSchema: {}, responseJsonSchema: {} }),
      'generationConfig',
    ],
    [
      'half a thought',
      config({ thinkingConfig: { thinkingBudget: 0.5 } }),
      'generationConfig.thinkingConfig.thinkingBudget',
    ],
    [
      'thoughts of text',
      config({ thinkingConfig: { includeThoughts: 'yes' } }),
      'generationConfig.thinkingConfig.includeThoughts',
    ],
    [
      'two amounts of thinking',
      config({ thinkingConfig: { thinkingBudget: 5, thinkingLevel: 'LOW' } }),
      'generationConfig.thinkingConfig',
    ],
    ['a tool of another API', { contents, tools: [{ type: 'function', function: clock }] }, 'tools[0]'],
    ['a function without a name', declaring({ description: 'x' }), 'tools[0].functionDeclarations[0].name'],
    ['a function with a bad name', declaring(clock, { name: 'get time' }), 'tools[0].functionDeclarations[1].name'],
    [
      'two schemas of a function',
      declaring({ ...weather, parametersJsonSchema: {} }),
      'tools[0].functionDeclarations[0]',
    ],
    ['one function twice', declaring(clock, clock), 'tools declare'],
    ['an unknown mode', { ...declaring(clock), ...calling({ mode: 'required' }) }, `${callingAt}.mode`],
    ['ANY function of none', { contents, ...calling({ mode: 'ANY' }) }, `${callingAt}.mode`],
    [
      'allowed functions in mode AUTO',
      { ...declaring(clock), ...calling({ allowedFunctionNames: ['get_time'] }) },
      `${callingAt}.allowedFunctionNames`,
    ],
    [
      'an allowed function that is not declared',
      { ...declaring(clock), ...calling({ mode: 'ANY', allowedFunctionNames: ['f'] }) },
      `${callingAt}.allowedFunctionNames`,
    ],
  ])('%s is refused with a 400 that names the place', async (_what, body, place) => {
    expect(await refusal(await post(`/models/${model}:generateContent`, body))).toMatch(startOf(place))
    expect(await lastCall()).toMatchObject({ finished: 'error', usage: { total_tokens: 0 } })
  })

  test.each<[string, unknown, string]>([
    ['nothing', {}, 'contents'],
    ['both', { contents, generateContentRequest: { contents } }, 'The request'],
    ['an empty request', { generateContentRequest: {} }, 'generateContentRequest.contents'],
    ['a system instruction beside the contents', { contents, systemInstruction: {} }, 'The request'],
  ])('counting %s is refused', async (_what, body, place) => {
    expect(await refusal(await post(`/models/${model}:countTokens`, body))).toMatch(startOf(place))
  })

  test.each([
    ['POST', '/nothing'],
    ['POST', `/models/${model}`],
    ['POST', '/models'],
    ['POST', `/models/${model}:predict`],
    ['POST', `/models/${model}:toString`],
    ['POST', '/models/:generateContent'],
    ['POST', '/models/%E0%A4%A'],
    ['GET', `/models/${model}:generateContent`],
    ['DELETE', `/models/${model}`],
  ])('%s %s is not there', async (method, path) => {
    const answer = await fetch(`${simulator.url}/gemini/v1beta${path}`, { method })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: { code: 404, message: expect.any(String), status: 'NOT_FOUND' } })
    expect(simulator.totals().calls).toBe(0)
  })
})

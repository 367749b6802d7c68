import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
let client: OpenAI

beforeAll(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/openai/v1`, apiKey: 'sk-anything', maxRetries: 0 })
})
afterAll(() => simulator.close())

const model = 'gpt-4o-mini'
const weather: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const schema = { type: 'object', properties: { depot: { type: 'string' } }, required: ['depot'] }

type Extra = Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>
const ask = (input: OpenAI.Responses.ResponseCreateParams['input'], extra: Extra = {}) =>
  client.responses.create({ model, input: input!, ...extra })

async function eventsOf(input: string, extra: Extra = {}): Promise<OpenAI.Responses.ResponseStreamEvent[]> {
  const stream = await client.responses.create({ model, input, ...extra, stream: true } as never)
  const events: OpenAI.Responses.ResponseStreamEvent[] = []
  for await (const event of stream as unknown as AsyncIterable<OpenAI.Responses.ResponseStreamEvent>) events.push(event)
  return events
}

describe('a plain response with the official client', () => {
  test('has text and usage', async () => {
    const answer = await ask('hello')
    expect(answer).toMatchObject({ object: 'response', status: 'completed', model, incomplete_details: null })
    expect(answer.output_text).toMatch(/^This is a simulated answer/)
    expect(answer.usage).toEqual({
      input_tokens: 2 + 3 + 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 16,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 24,
    })
  })

  test('costs the prompt that the same chat costs', async () => {
    const messages = [
      { role: 'system' as const, content: 'Sei brief' },
      { role: 'user' as const, content: '@sim out=2 größer' },
    ]
    const chat = await client.chat.completions.create({ model, messages })
    const answers = await Promise.all([
      ask(messages),
      ask('@sim out=2 größer', { instructions: 'Sei brief' }),
      ask([messages[0]!, { role: 'user', content: [{ type: 'input_text', text: '@sim out=2 größer' }] }]),
    ])
    expect(answers.map(({ usage }) => usage!.input_tokens)).toEqual(Array(3).fill(chat.usage!.prompt_tokens))
  })

  test('repeats what was asked for', async () => {
    const asked = { instructions: 'Be brief', temperature: 0.5, metadata: { a: 'b' }, tools: [weather], store: false }
    expect(await ask('hi', asked)).toMatchObject(asked)
  })

  test('takes tokens as the options say, and the journal has them in its own names', async () => {
    await fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' })
    const { usage } = await ask('@sim in=1000 out=50 cached=600 cache_write=100 reasoning=20 hi')
    expect(usage).toMatchObject({
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 20 },
    })
    expect(simulator.totals()).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 50,
      cached_tokens: 600,
      cache_write_tokens: 100,
      reasoning_tokens: 20,
    })
  })

  test('is incomplete at the maximum', async () => {
    const answer = await ask('@sim out=40', { max_output_tokens: 20 })
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
      usage: { output_tokens: 20 },
    })
  })

  test('has its reasoning first, in a summary and encrypted where that is asked for', async () => {
    const plain = await ask('@sim reasoning=4')
    expect(plain.output[0]).toMatchObject({ type: 'reasoning', summary: [] })
    expect(plain.output[0]).not.toHaveProperty('encrypted_content')
    const shown = await ask('@sim reasoning=4', {
      reasoning: { summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    })
    expect(shown.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text' }], encrypted_content: expect.any(String) as string },
      { type: 'message' },
    ])
  })

  test('that is all reasoning has no message', async () => {
    const { output } = await ask('@sim out=30 reasoning=30', { max_output_tokens: 20 })
    expect(output.map(({ type }) => type)).toEqual(['reasoning'])
  })

  test('is JSON where a schema asks for it', async () => {
    const format = { type: 'json_schema' as const, name: 'depot', schema }
    expect(JSON.parse((await ask('hi', { text: { format } })).output_text)).toEqual({ depot: 'simulated' })
    const chat = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'hi' }],
      response_format: { type: 'json_schema', json_schema: { name: 'depot', schema } },
    })
    expect(JSON.parse(chat.choices[0]!.message.content!)).toEqual({ depot: 'simulated' })
  })

  test('says nothing about usage with usage=none', async () => {
    expect(await ask('@sim usage=none')).not.toHaveProperty('usage')
  })
})

describe('a response with tools', () => {
  const called = { type: 'function_call', name: 'get_weather', arguments: '{"city":"simulated"}' }

  test('calls one when steered, and when the caller demands it', async () => {
    expect((await ask('@sim tool', { tools: [weather] })).output).toMatchObject([called])
    const forced = { tools: [weather], tool_choice: { type: 'function' as const, name: 'get_weather' } }
    expect((await ask('hi', forced)).output).toMatchObject([called])
    expect((await ask('hi', { tools: [weather] })).output).toMatchObject([{ type: 'message' }])
  })

  test('answers with text when the tool has answered, so that loops end', async () => {
    const question = { role: 'user' as const, content: '@sim tool' }
    const first = await ask([question], { tools: [weather] })
    const call = first.output[0] as OpenAI.Responses.ResponseFunctionToolCall
    const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'rain' }
    expect((await ask([question, call, output], { tools: [weather] })).output).toMatchObject([{ type: 'message' }])
  })
})

describe('a streamed response with the official client', () => {
  const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type)

  test('has the events of a message in order, numbered without a gap', async () => {
    const events = await eventsOf('@sim out=3')
    expect(types(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
  })

  test('is numbered without a gap also when several tokens come at once, behind reasoning', async () => {
    const events = await eventsOf('@sim out=10 reasoning=3 chunk=3', { reasoning: { summary: 'auto' } })
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
    expect(types(events).filter((type) => type.includes('reasoning'))).toEqual([
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
    ])
  })

  test.each([
    ['text', 'hi', {}],
    ['reasoning and text', '@sim out=30 reasoning=9', { reasoning: { summary: 'auto' as const } }],
    ['a call', '@sim tool out=9 chunk=2', { tools: [weather] }],
    ['what the maximum left', '@sim out=40', { max_output_tokens: 17 }],
    ['nothing at all', '@sim out=0', {}],
  ])('ends with the very response that comes in one piece: %s', async (_what, input, extra) => {
    const last = (await eventsOf(input, extra)).at(-1) as OpenAI.Responses.ResponseCompletedEvent
    const whole = await ask(input, extra)
    expect(last.type).toBe(`response.${whole.status}`)
    const alike = (text: string) => text.replaceAll(/sim-\w+-\d+/g, 'sim').replaceAll(/_at":\d+/g, '_at":0')
    const { output_text: _added, ...rest } = whole
    expect(JSON.parse(alike(JSON.stringify(last.response)))).toEqual(JSON.parse(alike(JSON.stringify(rest))))
  })

  test('is put together by the client', async () => {
    const stream = client.responses.stream({ model, input: '@sim tool out=9 reasoning=2', tools: [weather] })
    const final = await stream.finalResponse()
    expect(final.output).toMatchObject([
      { type: 'reasoning' },
      { type: 'function_call', arguments: '{"city":"simulated"}' },
    ])
    expect(final.usage!.output_tokens).toBe(9)
  })
})

describe('a request that OpenAI would refuse', () => {
  test.each([
    ['no model', { input: 'hi' }, 'model'],
    ['no input', { model }, 'input'],
    ['an empty input', { model, input: '' }, 'input'],
    ['an item of text', { model, input: ['hi'] }, 'input[0]'],
    ['a maximum of text', { model, input: 'hi', max_output_tokens: '5' }, 'max_output_tokens'],
    ['stream as text', { model, input: 'hi', stream: 'yes' }, 'stream'],
    ['a run in the background', { model, input: 'hi', background: true }, 'background'],
  ])('for %s gets a 400 in its shape that names the member', async (_what, body, param) => {
    const answer = await fetch(`${simulator.url}/openai/v1/responses`, { method: 'POST', body: JSON.stringify(body) })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', param } })
  })

  test('faults are those of every wire', async () => {
    await expect(ask('@sim error=429 retry_after=7')).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  })
})

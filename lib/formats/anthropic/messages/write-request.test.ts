import { describe, expect, test } from 'vitest'
import { writeRequest } from '#lib/formats/anthropic/messages/write-request.ts'
import { NotCarried, type Effort, type NeutralRequest, type Turn, type WrittenRequest } from '#lib/formats/neutral.ts'

const at = 'there'
const tool = { at, name: 'weather', description: null, schema: null, strict: null }
const hello: Turn = { role: 'user', parts: [{ kind: 'text', at, text: 'Say hello' }] }

function write(fields: Partial<NeutralRequest>, model = 'claude-opus-4-8', outputMaximum = 10_000): WrittenRequest {
  const request = { stream: false, system: [], turns: [hello], tools: [], named: {}, leftOut: [], ...fields }
  return writeRequest(request, { model, outputMaximum, outputAllowed: 4096 })
}

function refusedOf(fields: Partial<NeutralRequest>, model?: string, maximum?: number): string | null {
  try {
    write(fields, model, maximum)
    return null
  } catch (error) {
    if (error instanceof NotCarried) return error.param
    throw error
  }
}

const asked = (...parts: Extract<Turn, { role: 'user' }>['parts']): WrittenRequest =>
  write({ turns: [{ role: 'user', parts }] })
const did = (...parts: Extract<Turn, { role: 'assistant' }>['parts']): WrittenRequest =>
  write({ turns: [hello, { role: 'assistant', parts }, hello] })
const contentOf = ({ body }: WrittenRequest, index: number): unknown =>
  (body.messages as readonly { readonly content: unknown }[])[index]?.content

describe('a request', () => {
  test('has the model of its target, and the output maximum that Anthropic demands', () => {
    expect(write({}).body).toEqual({
      model: 'claude-opus-4-8',
      max_tokens: 10_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello' }] }],
    })
  })

  test('whose caller sets no maximum has the one that admission counted on', () => {
    const request = { stream: true, system: [], turns: [hello], tools: [], named: {}, leftOut: [] }
    const { body } = writeRequest(request, { model: 'claude-opus-4-8', outputMaximum: null, outputAllowed: 4096 })
    expect(body).toMatchObject({ max_tokens: 4096, stream: true })
  })

  test.each<[string, Partial<NeutralRequest>, object]>([
    ['temperature', { temperature: 0 }, { temperature: 0 }],
    ['top p', { topP: 0.5 }, { top_p: 0.5 }],
    ['top k', { topK: 5 }, { top_k: 5 }],
    ['stop sequences', { stop: ['END'] }, { stop_sequences: ['END'] }],
    ['the user', { endUser: 'u' }, { metadata: { user_id: 'u' } }],
    [
      'instructions',
      { system: [{ kind: 'text', at, text: 'Be brief.' }] },
      { system: [{ type: 'text', text: 'Be brief.' }] },
    ],
    [
      'a tool that takes nothing',
      { tools: [tool] },
      { tools: [{ name: 'weather', input_schema: { type: 'object', properties: {} } }] },
    ],
    [
      'a strict tool',
      { tools: [{ ...tool, description: 'd', strict: true, schema: { properties: { a: {} } } }] },
      {
        tools: [
          { name: 'weather', description: 'd', strict: true, input_schema: { type: 'object', properties: { a: {} } } },
        ],
      },
    ],
    ['a choice', { tools: [tool], toolChoice: { kind: 'any' } }, { tool_choice: { type: 'any' } }],
    [
      'a choice of one',
      { tools: [tool], toolChoice: { kind: 'tool', name: 'a' } },
      { tool_choice: { type: 'tool', name: 'a' } },
    ],
    [
      'one call at a time',
      { tools: [tool], parallelToolCalls: false },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    [
      'no call at all',
      { tools: [tool], parallelToolCalls: false, toolChoice: { kind: 'none' } },
      { tool_choice: { type: 'none' } },
    ],
    [
      'a schema',
      { output: { kind: 'schema', name: 'n', description: 'd', schema: { type: 'object' }, strict: null } },
      { output_config: { format: { type: 'json_schema', schema: { description: 'd', type: 'object' } } } },
    ],
  ])('carries %s', (_what, fields, body) => expect(write(fields).body).toMatchObject(body))

  test.each<[string, Partial<NeutralRequest>]>([
    ['a choice without tools', { toolChoice: { kind: 'auto' }, parallelToolCalls: false }],
    ['several calls at once', { parallelToolCalls: true }],
    ['penalties of nothing', { frequencyPenalty: 0, presencePenalty: 0 }],
    ['an output of text', { output: { kind: 'text' } }],
    ['no stop sequences', { stop: [] }],
  ])('says nothing of %s', (_what, fields) => expect(write(fields)).toEqual(write({})))

  test.each<[string, Partial<NeutralRequest>]>([
    ['seed', { seed: 1 }],
    ['frequency_penalty', { frequencyPenalty: 0.5, named: { frequencyPenalty: 'frequency_penalty' } }],
    ['presence_penalty', { presencePenalty: -0.5, named: { presencePenalty: 'presence_penalty' } }],
    ['temperature', { temperature: 1.5 }],
    ['response_format', { output: { kind: 'json' }, named: { output: 'response_format' } }],
  ])('that sets %s is refused under that name', (param, fields) => expect(refusedOf(fields)).toBe(param))

  test('whose user has a name too long for Anthropic goes without it', () => {
    const written = write({ endUser: 'u'.repeat(257), named: { endUser: 'user' } })
    expect(written.body).not.toHaveProperty('metadata')
    expect(written.leftOut).toEqual(['user'])
  })

  test('keeps four cache marks, tools first, and names the others', () => {
    const text = (name: string) => ({ kind: 'text' as const, at: name, text: 'a', cache: '5m' as const })
    const written = write({
      tools: [{ ...tool, cache: '1h' }],
      system: [text('s1'), text('s2')],
      turns: [{ role: 'user', parts: [text('m1'), text('m2')] }],
    })
    const mark = { cache_control: { type: 'ephemeral' } }
    expect(written.body.tools).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }])
    expect(contentOf(written, 0)).toEqual([
      { type: 'text', text: 'a', ...mark },
      { type: 'text', text: 'a' },
    ])
    expect(written.leftOut).toEqual(['m2'])
  })
})

describe('thinking', () => {
  const effort = (level: Effort): Partial<NeutralRequest> => ({ reasoning: { kind: 'effort', effort: level } })
  const budget = (tokens: number): Partial<NeutralRequest> => ({ reasoning: { kind: 'budget', tokens } })
  const enabled = (tokens: number): object => ({ thinking: { type: 'enabled', budget_tokens: tokens } })
  const adaptive = { thinking: { type: 'adaptive' } }

  test.each<[string, string, Partial<NeutralRequest>, object]>([
    ['off', 'claude-opus-4-8', { reasoning: { kind: 'off' } }, { thinking: { type: 'disabled' } }],
    ['as the model likes', 'claude-opus-4-8', { reasoning: { kind: 'adaptive' } }, adaptive],
    ['as the model likes', 'claude-haiku-4-5', { reasoning: { kind: 'adaptive' } }, enabled(5000)],
    ['least effort', 'claude-opus-5-5', effort('minimal'), { ...adaptive, output_config: { effort: 'low' } }],
    ['great effort', 'claude-opus-4-7', effort('xhigh'), { ...adaptive, output_config: { effort: 'xhigh' } }],
    ['great effort', 'claude-opus-4-6', effort('xhigh'), { ...adaptive, output_config: { effort: 'high' } }],
    ['greatest effort', 'claude-mythos-5', effort('max'), { ...adaptive, output_config: { effort: 'max' } }],
    ['some effort', 'my-alias', effort('medium'), { ...adaptive, output_config: { effort: 'medium' } }],
    ['least effort', 'claude-sonnet-4-5', effort('minimal'), enabled(1024)],
    ['low effort', 'claude-sonnet-4-5-20250929', effort('low'), enabled(2000)],
    ['some effort', 'anthropic.claude-haiku-4-5-v1:0', effort('medium'), enabled(5000)],
    ['high effort', 'claude-opus-4-20250514', effort('high'), enabled(8000)],
    ['greatest effort', 'claude-3-7-sonnet-latest', effort('max'), enabled(9500)],
    ['a budget', 'claude-sonnet-4-5', budget(2000), enabled(2000)],
    ['a budget', 'claude-sonnet-4-6', budget(2000), enabled(2000)],
  ])('%s of %s', (_what, model, fields, body) => expect(write(fields, model).body).toMatchObject(body))

  test.each<[string, string, Partial<NeutralRequest>, number?]>([
    ['a budget where there are only efforts', 'claude-opus-4-10', budget(2000)],
    ['a budget beneath the least', 'claude-sonnet-4-5', budget(1023)],
    ['a budget that leaves no room', 'claude-sonnet-4-5', budget(10_000)],
    ['an effort without room', 'claude-sonnet-4-5', effort('high'), 1024],
    ['a model that does not think', 'claude-3-5-haiku-latest', effort('high')],
  ])('of %s is refused', (_what, model, fields, maximum) => {
    const named = { reasoning: 'reasoning_effort' }
    expect(refusedOf({ ...fields, named }, model, maximum)).toBe('reasoning_effort')
  })

  test('off goes unsaid to a model that does not think', () => {
    expect(write({ reasoning: { kind: 'off' } }, 'claude-3-5-haiku-latest').body).not.toHaveProperty('thinking')
  })

  test('within a budget allows no other sampling', () => {
    expect(refusedOf({ ...budget(2000), temperature: 0.5 }, 'claude-sonnet-4-5')).toBe('temperature')
    expect(refusedOf({ ...budget(2000), topK: 5 }, 'claude-sonnet-4-5')).toBe('topK')
    expect(refusedOf({ ...budget(2000), temperature: 1 }, 'claude-sonnet-4-5')).toBe(null)
  })

  test('is shown or hidden as asked', () => {
    const reasoning = { kind: 'adaptive' } as const
    expect(write({ reasoning, showThinking: true }).body.thinking).toEqual({ type: 'adaptive', display: 'summarized' })
    expect(write({ reasoning, showThinking: false }).body.thinking).toEqual({ type: 'adaptive', display: 'omitted' })
  })

  test('that nobody set cannot be shown, and the caller is told', () => {
    const written = write({ showThinking: true, named: { showThinking: 'include_thoughts' } })
    expect(written.body).not.toHaveProperty('thinking')
    expect(written.leftOut).toEqual(['include_thoughts'])
  })
})

describe('a turn of the user', () => {
  const media = { kind: 'image' as const, at: 'messages.0.content.0' }
  const bytes = (mediaType: string) => ({ kind: 'bytes' as const, mediaType, base64: 'AAAA' })

  test('has its tool results first', () => {
    const written = asked(
      { kind: 'text', at, text: 'And now?' },
      {
        kind: 'tool result',
        at,
        id: 'a',
        name: 'weather',
        content: [{ kind: 'text', at, text: 'Rain' }],
        failed: false,
      },
      { kind: 'tool result', at, id: 'b', name: null, content: [], failed: true },
    )
    expect(contentOf(written, 0)).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'Rain' }] },
      { type: 'tool_result', tool_use_id: 'b', is_error: true },
      { type: 'text', text: 'And now?' },
    ])
  })

  test('keeps no text of white space, which Anthropic refuses', () => {
    const written = asked({ kind: 'text', at: 'm.0', text: ' \n', cache: '5m' }, { kind: 'text', at, text: 'hi' })
    expect(contentOf(written, 0)).toEqual([{ type: 'text', text: 'hi' }])
    expect(written.leftOut).toEqual(['m.0'])
    expect(asked({ kind: 'text', at, text: '' }).body.messages).toEqual([])
  })

  test.each<[string, object, object]>([
    [
      'an image',
      { source: bytes('image/png') },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    ],
    [
      'an address',
      { source: { kind: 'url', url: 'https://a' }, detail: 'auto' },
      { type: 'image', source: { type: 'url', url: 'https://a' } },
    ],
    [
      'a PDF',
      { kind: 'document', name: 'a.pdf', source: bytes('application/pdf') },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
    ],
    [
      'a text',
      { kind: 'document', source: { kind: 'bytes', mediaType: 'text/markdown', base64: 'R3LDvMOfZQ==' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
    ],
  ])('carries %s', (_what, part, block) => {
    const written = asked({ ...media, ...part } as never)
    expect(contentOf(written, 0)).toEqual([block])
    expect(written.leftOut).toEqual([])
  })

  test.each<[string, object]>([
    ['an image of another type', { source: bytes('image/tiff') }],
    ['a document of another type', { kind: 'document', source: bytes('application/msword') }],
    ['a file of another provider', { source: { kind: 'file', id: 'file_1' } }],
  ])('with %s is refused', (_what, part) => {
    const parts = [{ ...media, ...part }] as never
    expect(refusedOf({ turns: [{ role: 'user', parts }] })).toBe(media.at)
  })

  test('names the image whose detail Anthropic does not choose', () => {
    const written = asked({ ...media, source: bytes('image/png'), detail: 'low' })
    expect(written.leftOut).toEqual([media.at])
  })
})

describe('a turn of the model', () => {
  const call = { kind: 'tool call' as const, at, id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' }

  test('keeps thoughts that are signed, and names those that are not', () => {
    const written = did(
      { kind: 'thinking', at: 'm.0', text: 'hm', signature: 'sig' },
      { kind: 'thinking', at: 'm.1', text: 'so', signature: null },
      { kind: 'hidden thinking', at: 'm.2', data: 'abc' },
      { kind: 'refusal', at: 'm.3', text: 'No.' },
    )
    expect(contentOf(written, 1)).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'abc' },
      { type: 'text', text: 'No.' },
    ])
    expect(written.leftOut).toEqual(['m.1'])
  })

  test.each<[string, object]>([
    ['{"city":"Bern"}', { city: 'Bern' }],
    ['', {}],
    ['{"city":"Be', { INVALID_JSON: '{"city":"Be' }],
    ['[1]', { INVALID_JSON: '[1]' }],
  ])('has the arguments %j as an object', (json, input) => {
    expect(contentOf(did({ ...call, arguments: json }), 1)).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'weather', input },
    ])
  })

  test('has ids that Anthropic takes, the same for a call and its result', () => {
    const ids = ['call_1', 'a.b', 'a_b', 'ü', '']
    const written = write({
      turns: [
        { role: 'assistant', parts: ids.map((id) => ({ ...call, id })) },
        {
          role: 'user',
          parts: ids.map((id) => ({ kind: 'tool result', at, id, name: null, content: [], failed: false })),
        },
      ],
    })
    const called = (contentOf(written, 0) as readonly { id: string }[]).map(({ id }) => id)
    const answered = (contentOf(written, 1) as readonly { tool_use_id: string }[]).map((result) => result.tool_use_id)
    expect(answered).toEqual(called)
    expect(new Set(called).size).toBe(ids.length)
    for (const id of called) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(called[0]).toBe('call_1')
  })

  test('names the call whose signature is of Gemini’s making', () => {
    expect(did({ ...call, at: 'contents.1.parts.0', signature: 'xyz' }).leftOut).toEqual(['contents.1.parts.0'])
  })
})

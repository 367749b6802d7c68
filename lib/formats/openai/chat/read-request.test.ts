import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotCarried } from '#lib/formats/neutral.ts'
import { readRequest } from '#lib/formats/openai/chat/read-request.ts'

const hello = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] }

function refusalOf(body: Record<string, unknown>): NotCarried {
  try {
    readRequest(body)
  } catch (error) {
    if (error instanceof NotCarried) return error
    throw error
  }
  throw new Error('It was carried.')
}

describe('what a caller sets', () => {
  test.each([
    [{ tool_choice: 'auto' }, { toolChoice: { kind: 'auto' } }],
    [{ tool_choice: 'none' }, { toolChoice: { kind: 'none' } }],
    [{ tool_choice: 'required' }, { toolChoice: { kind: 'any' } }],
    [{ tool_choice: { type: 'function', function: { name: 'look' } } }, { toolChoice: { kind: 'tool', name: 'look' } }],
    [{ parallel_tool_calls: false }, { parallelToolCalls: false }],
    [{ max_tokens: 10 }, { outputMaximum: 10 }],
    [{ max_completion_tokens: 20 }, { outputMaximum: 20 }],
    [{ temperature: 0 }, { temperature: 0 }],
    [{ top_p: 0.5 }, { topP: 0.5 }],
    [{ seed: 0 }, { seed: 0 }],
    [{ frequency_penalty: 1 }, { frequencyPenalty: 1 }],
    [{ presence_penalty: -1 }, { presencePenalty: -1 }],
    [{ stop: 'END' }, { stop: ['END'] }],
    [{ stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    [{ response_format: { type: 'text' } }, { output: { kind: 'text' } }],
    [{ response_format: { type: 'json_object' } }, { output: { kind: 'json' } }],
    [
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', description: 'A city', schema: { type: 'object' }, strict: true },
        },
      },
      { output: { kind: 'schema', name: 'city', description: 'A city', schema: { type: 'object' }, strict: true } },
    ],
    [{ reasoning_effort: 'none' }, { reasoning: { kind: 'off' } }],
    [{ reasoning_effort: 'minimal' }, { reasoning: { kind: 'effort', effort: 'minimal' } }],
    [{ reasoning_effort: 'low' }, { reasoning: { kind: 'effort', effort: 'low' } }],
    [{ reasoning_effort: 'medium' }, { reasoning: { kind: 'effort', effort: 'medium' } }],
    [{ reasoning_effort: 'high' }, { reasoning: { kind: 'effort', effort: 'high' } }],
    [{ reasoning_effort: 'xhigh' }, { reasoning: { kind: 'effort', effort: 'xhigh' } }],
    [{ reasoning_effort: 'max' }, { reasoning: { kind: 'effort', effort: 'max' } }],
    [{ user: 'u1' }, { endUser: 'u1' }],
    [{ safety_identifier: 's1' }, { endUser: 's1' }],
  ])('%j is carried, and known by its name', (fields, settings) => {
    const request = readRequest({ ...hello, ...fields })
    expect(request).toMatchObject(settings)
    expect(request.named).toEqual({ [Object.keys(settings)[0]!]: Object.keys(fields)[0] })
    expect(request.leftOut).toEqual([])
  })

  test('is nothing where the caller sets nothing', () => {
    const { turns, ...rest } = readRequest(hello)
    expect(rest).toEqual({ stream: false, system: [], tools: [], named: {}, leftOut: [] })
    expect(turns).toHaveLength(1)
  })

  test.each([
    { n: 1 },
    { logprobs: false },
    { top_logprobs: 0 },
    { logit_bias: {} },
    { modalities: ['text'] },
    { service_tier: 'auto' },
    { service_tier: 'default' },
    { store: false },
    { verbosity: 'medium' },
    { stream_options: { include_usage: true } },
    { frequency_penalty: 0, presence_penalty: 0 },
    { parallel_tool_calls: true },
    { stop: [] },
    { temperature: null, tools: null, some_new_field: null },
  ])('that changes nothing, as %j, is neither carried nor named as left out', (fields) => {
    const { named: _, ...request } = readRequest({ ...hello, ...fields })
    const { named: _named, ...plain } = readRequest(hello)
    expect(request).toEqual(plain)
  })

  test.each(['metadata', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention'])(
    'in %s is a hint, and named as left out',
    (name) => {
      expect(readRequest({ ...hello, [name]: { a: 'b' } }).leftOut).toEqual([name])
      expect(readRequest({ ...hello, [name]: null }).leftOut).toEqual([])
    },
  )

  test('twice as the end user is carried by the newer name; the older is left out', () => {
    expect(readRequest({ ...hello, user: 'u', safety_identifier: 's' })).toMatchObject({
      endUser: 's',
      named: { endUser: 'safety_identifier' },
      leftOut: ['user'],
    })
  })

  test('twice as the output maximum is carried where both say the same, and refused where they do not', () => {
    expect(readRequest({ ...hello, max_tokens: 5, max_completion_tokens: 5 }).outputMaximum).toBe(5)
    expect(refusalOf({ ...hello, max_tokens: 5, max_completion_tokens: 6 })).toMatchObject({
      param: 'max_tokens',
      message: expect.stringContaining('max_completion_tokens says otherwise') as string,
    })
  })

  test('as tools is carried with what is said of each', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const tools = [
      { type: 'function', function: { name: 'look', description: 'Looks', parameters, strict: true } },
      { type: 'function', function: { name: 'wait' }, cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]
    expect(readRequest({ ...hello, tools }).tools).toEqual([
      { at: 'tools.0', name: 'look', description: 'Looks', schema: parameters, strict: true },
      { at: 'tools.1', name: 'wait', description: null, schema: null, strict: null, cache: '1h' },
    ])
  })
})

describe('what has no place elsewhere', () => {
  const user = (...content: unknown[]) => ({ ...hello, messages: [{ role: 'user', content }] })
  const after = (message: object) => ({ ...hello, messages: [...hello.messages, message] })

  test.each([
    ['n', { ...hello, n: 2 }],
    ['logprobs', { ...hello, logprobs: true }],
    ['logit_bias.50256', { ...hello, logit_bias: { 50256: -100 } }],
    ['modalities.0', { ...hello, modalities: ['audio'] }],
    ['audio', { ...hello, audio: { voice: 'alloy', format: 'wav' } }],
    ['store', { ...hello, store: true }],
    ['service_tier', { ...hello, service_tier: 'priority' }],
    ['verbosity', { ...hello, verbosity: 'low' }],
    ['prediction', { ...hello, prediction: { type: 'content', content: 'x' } }],
    ['web_search_options', { ...hello, web_search_options: {} }],
    ['functions', { ...hello, functions: [] }],
    ['function_call', { ...hello, function_call: 'auto' }],
    ['stream_options.include_obfuscation', { ...hello, stream_options: { include_obfuscation: false } }],
    ['tool_choice.type', { ...hello, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto' } } }],
    ['tools.0.type', { ...hello, tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['response_format.type', { ...hello, response_format: { type: 'grammar', grammar: 'x' } }],
    ['reasoning_effort', { ...hello, reasoning_effort: 'heroic' }],
    ['temperature', { ...hello, temperature: 'hot' }],
    ['messages.0.content.1.input_audio', user({ type: 'text', text: 'x' }, { type: 'input_audio', input_audio: {} })],
    ['messages.0.content.0.type', user({ type: 'video_url', video_url: { url: 'https://x' } })],
    ['messages.0.content.0.image_url.detail', user(image('https://x/y.png', 'original'))],
    ['messages.0.content.0.image_url.url', user(image('gs://x/y.png'))],
    ['messages.0.content.0.image_url.url', user(image('data:image/svg+xml,%3Csvg/%3E'))],
    ['messages.0.content.0.file', user({ type: 'file', file: { filename: 'a.pdf' } })],
    ['messages.0.content.0.file.file_data', user({ type: 'file', file: { file_data: 'JVBERi0=' } })],
    [
      'messages.0.content.0.file.file_id',
      user({ type: 'file', file: { file_id: 'f', file_data: 'data:a/b;base64,QQ==' } }),
    ],
    ['messages.0.name', { ...hello, messages: [{ role: 'user', content: 'x', name: 'Ada' }] }],
    ['messages.0.content', { ...hello, messages: [{ role: 'user' }] }],
    ['messages.1.role', after({ role: 'function', name: 'f', content: 'x' })],
    ['messages.1', after({ role: 'system', content: 'From now on, rhyme.' })],
    ['messages.1', after({ role: 'developer', content: 'From now on, rhyme.' })],
    ['messages.1.audio', after({ role: 'assistant', audio: { id: 'a' } })],
    ['messages.1.function_call', after({ role: 'assistant', function_call: { name: 'f', arguments: '{}' } })],
    ['messages.1.annotations.0', after({ role: 'assistant', content: 'x', annotations: [{ type: 'url_citation' }] })],
    [
      'messages.1.tool_calls.0.type',
      after({ role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: {} }] }),
    ],
    [
      'messages.1.tool_calls.0.function.arguments',
      after({ role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: {} } }] }),
    ],
    ['messages.1.content.0.type', after({ role: 'tool', tool_call_id: 'a', content: [image('https://x')] })],
  ])('is refused as %s', (param, body) => {
    expect(refusalOf(body).param).toBe(param)
    expect(refusalOf(body).message).toMatch(/ cannot be carried to the provider of this model(, since .+)?\.$/)
  })

  function image(url: string, detail?: string): object {
    return { type: 'image_url', image_url: { url, detail } }
  }
})

describe('a field that nobody knows', () => {
  const body = {
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
    tool_choice: { type: 'function', function: { name: 'look' } },
    tools: [{ type: 'function', function: { name: 'look' }, cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'system', content: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'u', prompt_cache_breakpoint: { mode: 'explicit' } },
          { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          { type: 'file', file: { file_id: 'f' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'a' },
          { type: 'refusal', refusal: 'r' },
        ],
        thinking_blocks: [
          { type: 'thinking', thinking: 't', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
        ],
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'look', arguments: '{}' },
            extra_content: { google: { thought_signature: 's' } },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 't' }] },
    ],
  }

  /** Every object in the body, by its path; a JSON Schema's fields are the caller's own. */
  function placesIn(value: unknown, path: readonly string[] = []): string[][] {
    if (typeof value !== 'object' || value === null || path.at(-1) === 'schema') return []
    const inner = Object.entries(value).flatMap(([name, field]) => placesIn(field, [...path, name]))
    return Array.isArray(value) ? inner : [[...path], ...inner]
  }

  function withField(path: readonly string[], name: string, value: unknown): Record<string, unknown> {
    const copy = structuredClone(body)
    let place = copy as Record<string, unknown>
    for (const step of path) place = place[step] as Record<string, unknown>
    place[name] = value
    return copy
  }

  const places = placesIn(body)
  const unknownName = fc.stringMatching(/^[a-z_]{3,12}$/).map((name) => `x_${name}`)
  const anything = fc.jsonValue().filter((value) => value !== null)

  test('is refused by its path, wherever it stands', () => {
    expect(places.length).toBeGreaterThan(25)
    readRequest(body)
    for (const place of places) {
      fc.assert(
        fc.property(unknownName, anything, (name, value) => {
          expect(refusalOf(withField(place, name, value)).param).toBe([...place, name].join('.'))
        }),
        { numRuns: 10 },
      )
    }
  })

  test('is accepted where it is null', () => {
    for (const place of places) readRequest(withField(place, 'x_later', null))
  })
})

test('any JSON at all is read or refused, and breaks nothing', () => {
  const message = fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'tool'), content: fc.jsonValue() })
  fc.assert(
    fc.property(fc.array(message), fc.dictionary(fc.string(), fc.jsonValue()), (messages, rest) => {
      const body = { ...rest, model: 'm', messages }
      return isRead(body) || refusalOf(body) instanceof NotCarried
    }),
  )

  function isRead(body: Record<string, unknown>): boolean {
    try {
      return readRequest(body).turns.length >= 0
    } catch {
      return false
    }
  }
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotCarried, type NeutralRequest } from '#lib/formats/neutral.ts'
import { readRequest } from '#lib/formats/openai/responses/read-request.ts'

const hello = { model: 'm', input: 'Hello' }
const read = (fields: object): NeutralRequest => readRequest({ ...hello, ...fields })
const turnsOf = (...input: object[]) => read({ input }).turns

function carriedOrRefused(fields: object): void {
  try {
    read(fields)
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error
  }
}

function refusalOf(fields: object): NotCarried {
  try {
    read(fields)
  } catch (error) {
    if (error instanceof NotCarried) return error
    throw error
  }
  throw new Error('it was carried')
}

test('a plain request is one turn, and asks for nothing else', () => {
  expect(readRequest(hello)).toEqual({
    stream: false,
    system: [],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello', at: 'input' }] }],
    tools: [],
    named: {},
    leftOut: [],
  })
})

describe('settings', () => {
  const schema = { type: 'object' }
  test.each<[object, object, object]>([
    [{ max_output_tokens: 64 }, { outputMaximum: 64 }, { outputMaximum: 'max_output_tokens' }],
    [
      { temperature: 0, top_p: 0.5 },
      { temperature: 0, topP: 0.5 },
      { temperature: 'temperature', topP: 'top_p' },
    ],
    [{ tool_choice: 'required' }, { toolChoice: { kind: 'any' } }, { toolChoice: 'tool_choice' }],
    [{ tool_choice: { type: 'function', name: 'f' } }, { toolChoice: { kind: 'tool', name: 'f' } }, {}],
    [{ parallel_tool_calls: false }, { parallelToolCalls: false }, { parallelToolCalls: 'parallel_tool_calls' }],
    [{ text: { format: { type: 'text' } } }, { output: { kind: 'text' } }, { output: 'text.format' }],
    [{ text: { format: { type: 'json_object' } } }, { output: { kind: 'json' } }, {}],
    [
      { text: { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'medium' } },
      { output: { kind: 'schema', name: 'n', description: null, schema, strict: true } },
      {},
    ],
    [{ reasoning: { effort: 'none' } }, { reasoning: { kind: 'off' } }, { reasoning: 'reasoning.effort' }],
    [{ reasoning: { effort: 'xhigh' } }, { reasoning: { kind: 'effort', effort: 'xhigh' } }, {}],
    [{ reasoning: { summary: 'auto' } }, { showThinking: true }, { showThinking: 'reasoning.summary' }],
    [
      { reasoning: { generate_summary: 'auto' } },
      { showThinking: true },
      { showThinking: 'reasoning.generate_summary' },
    ],
    [{ user: 'u' }, { endUser: 'u' }, { endUser: 'user' }],
    [{ safety_identifier: 's', user: 'u' }, { endUser: 's', leftOut: ['user'] }, { endUser: 'safety_identifier' }],
    [{ stream: true }, { stream: true }, {}],
  ])('%j are read', (fields, settings, named) => {
    expect(read(fields)).toMatchObject({ ...settings, named })
  })

  test.each<[object]>([
    [{ store: false }],
    [{ background: false }],
    [{ truncation: 'disabled' }],
    [{ include: [] }],
    [{ include: ['reasoning.encrypted_content'] }],
    [{ service_tier: 'auto', top_logprobs: 0, max_tool_calls: 3, context_management: [] }],
    [{ text: { verbosity: 'medium' }, reasoning: { effort: null, context: 'auto', mode: 'standard' } }],
    [{ conversation: null, previous_response_id: null, prompt: null, tools: null, a_new_field: null }],
    [{ stream_options: { include_obfuscation: false } }],
  ])('%j are defaults that ask for nothing', (fields) => {
    const { named, ...request } = read(fields)
    const { named: _none, ...plain } = readRequest(hello)
    expect(request).toEqual(plain)
    expect(named).toEqual({})
  })

  test.each<[object, string[]]>([
    [{ metadata: { a: 'b' }, prompt_cache_key: 'k' }, ['metadata', 'prompt_cache_key']],
    [{ prompt_cache_retention: '24h' }, ['prompt_cache_retention']],
    [{ prompt_cache_options: { mode: 'explicit' } }, ['prompt_cache_options']],
    [{ stream_options: { include_obfuscation: true } }, ['stream_options.include_obfuscation']],
  ])('%j are hints, and named', (fields, leftOut) => expect(read(fields).leftOut).toEqual(leftOut))

  test.each<[object, string, string]>([
    [{ store: true }, 'store', 'nothing is kept'],
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', 'only OpenAI keeps'],
    [{ conversation: 'conv_1' }, 'conversation', 'only OpenAI keeps'],
    [{ prompt: { id: 'p' } }, 'prompt', 'only OpenAI keeps'],
    [{ tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] }, 'tools.1.type', 'only functions'],
    [{ tools: [{ type: 'function', name: 'f', defer_loading: true }] }, 'tools.0.defer_loading', ''],
    [{ tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } }, 'tool_choice', ''],
    [{ truncation: 'auto' }, 'truncation', ''],
    [{ include: ['message.output_text.logprobs'] }, 'include.0', ''],
    [{ text: { verbosity: 'low' } }, 'text.verbosity', ''],
    [{ text: { format: { type: 'grammar' } } }, 'text.format.type', ''],
    [{ reasoning: { mode: 'pro' } }, 'reasoning.mode', ''],
    [{ service_tier: 'flex' }, 'service_tier', ''],
    [{ prompt_cache_options: { prewarm: true } }, 'prompt_cache_options.prewarm', ''],
    [{ moderation: { model: 'omni' } }, 'moderation', ''],
    [{ a_new_field: 1 }, 'a_new_field', ''],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input.0.type', ''],
    [{ input: [{ type: 'web_search_call', id: 'ws_1' }] }, 'input.0.type', ''],
    [{ input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'input.0.content.0.type', ''],
    [{ input: [{ role: 'user', content: 'x', a_new_field: 1 }] }, 'input.0.a_new_field', ''],
  ])('%j is refused as %s', (fields, param, why) => {
    const refusal = refusalOf(fields)
    expect(refusal.param).toMatch(new RegExp(`^${param}`))
    expect(refusal.message).toContain(why)
    expect(refusal.message).not.toContain('Invalid')
  })
})

describe('instructions', () => {
  test('of the request and of the first items are the system, each where it stood', () => {
    const input = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
      { role: 'user', content: 'Hello' },
    ]
    expect(read({ instructions: 'Be good.', input }).system).toEqual([
      { kind: 'text', text: 'Be good.', at: 'instructions' },
      { kind: 'text', text: 'Be brief.', at: 'input.0.content' },
      { kind: 'text', text: 'Be kind.', at: 'input.1.content.0' },
    ])
  })

  test('within the conversation are refused', () => {
    const input = [
      { role: 'user', content: 'Hello' },
      { role: 'developer', content: 'Be brief.' },
    ]
    expect(refusalOf({ input }).param).toBe('input.1')
  })
})

describe('what the user sends', () => {
  const partOf = (part: object) => turnsOf({ role: 'user', content: [part] })[0]!.parts[0]
  const at = 'input.0.content.0'
  const bytes = (mediaType: string) => ({ kind: 'bytes', mediaType, base64: 'AAAA' })

  test.each<[object, object]>([
    [
      { type: 'input_image', image_url: 'https://x/y.png', detail: 'high' },
      { kind: 'image', source: { kind: 'url', url: 'https://x/y.png' }, detail: 'high' },
    ],
    [
      { type: 'input_image', image_url: 'data:image/PNG;base64,AAAA' },
      { kind: 'image', source: bytes('image/png') },
    ],
    [
      { type: 'input_image', file_id: 'f', image_url: null },
      { kind: 'image', source: { kind: 'file', id: 'f' } },
    ],
    [
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
      { kind: 'document', source: bytes('application/pdf'), name: 'a.pdf' },
    ],
    [
      { type: 'input_file', file_url: 'https://x/a.pdf' },
      { kind: 'document', source: { kind: 'url', url: 'https://x/a.pdf' } },
    ],
    [
      { type: 'input_file', file_id: 'f' },
      { kind: 'document', source: { kind: 'file', id: 'f' } },
    ],
    [
      { type: 'input_text', text: 'x', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
      { kind: 'text', text: 'x', cache: '1h' },
    ],
  ])('%j is a part', (part, expected) => expect(partOf(part)).toEqual({ ...expected, at }))

  test.each<[object, string]>([
    [{ type: 'input_image' }, at],
    [{ type: 'input_image', image_url: 'https://x/y.png', file_id: 'f' }, at],
    [{ type: 'input_image', image_url: 'file:///etc/passwd' }, `${at}.image_url`],
    [{ type: 'input_image', image_url: 'https://x/y.png', detail: 'original' }, `${at}.detail`],
    [{ type: 'input_file', file_data: 'AAAA' }, `${at}.file_data`],
  ])('%j is refused', (part, param) => {
    expect(refusalOf({ input: [{ role: 'user', content: [part] }] }).param).toBe(param)
  })
})

describe('what the model said and did', () => {
  test('comes as items, and is one turn; each result knows the name of its call', () => {
    const turns = turnsOf(
      { role: 'user', content: 'Look.' },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'sig' },
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'I look.', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'Not that.' },
        ],
      },
      { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'c1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'Rain' },
      { role: 'user', content: 'And?' },
    )
    expect(turns).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'Look.', at: 'input.0.content' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'Hm.', signature: 'sig', at: 'input.1' },
          { kind: 'text', text: 'I look.', at: 'input.2.content.0' },
          { kind: 'refusal', text: 'Not that.', at: 'input.2.content.1' },
          { kind: 'tool call', id: 'c1', name: 'look', arguments: '{}', at: 'input.3' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            kind: 'tool result',
            id: 'c1',
            name: 'look',
            content: [{ kind: 'text', text: 'Rain', at: 'input.4.output' }],
            failed: false,
            at: 'input.4',
          },
          { kind: 'text', text: 'And?', at: 'input.5.content' },
        ],
      },
    ])
  })

  test('is taken as the official client hands it on, with the JSON that it has read', () => {
    const [, turn] = turnsOf(
      { role: 'user', content: 'Look.' },
      { role: 'assistant', content: [{ type: 'output_text', text: '{"a":1}', annotations: [], parsed: { a: 1 } }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}', parsed_arguments: { a: 1 } },
    )
    expect(turn!.parts.map(({ kind }) => kind)).toEqual(['text', 'tool call'])
  })

  test('that only OpenAI keeps is left out, and named', () => {
    const input = [
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { role: 'assistant', content: 'Yes.', phase: 'final_answer' },
    ]
    const { turns, leftOut } = read({ input })
    expect(turns).toEqual([{ role: 'assistant', parts: [{ kind: 'text', text: 'Yes.', at: 'input.1.content' }] }])
    expect(leftOut).toEqual(['input.0', 'input.1.phase'])
  })

  test('in hidden thoughts is handed on', () => {
    expect(turnsOf({ type: 'reasoning', summary: [], encrypted_content: 'xyz' })[0]!.parts).toEqual([
      { kind: 'hidden thinking', data: 'xyz', at: 'input.0' },
    ])
  })
})

test('tools are functions, with their schemas', () => {
  const parameters = { type: 'object' }
  const tools = [
    { type: 'function', name: 'f', description: 'd', parameters, strict: true },
    { type: 'function', name: 'g' },
  ]
  expect(read({ tools }).tools).toEqual([
    { at: 'tools.0', name: 'f', description: 'd', schema: parameters, strict: true },
    { at: 'tools.1', name: 'g', description: null, schema: null, strict: null },
  ])
})

test('of any JSON a request is carried or refused, and never breaks', () => {
  const types = fc.constantFrom(
    'message',
    'reasoning',
    'function_call',
    'function_call_output',
    'input_text',
    'input_image',
  )
  const part = fc.record({ type: types, text: fc.jsonValue(), image_url: fc.jsonValue() }, { requiredKeys: ['type'] })
  const item = fc.record(
    {
      type: types,
      role: fc.constantFrom('user', 'assistant', 'system', 5),
      content: fc.oneof(fc.array(part), fc.jsonValue()),
      output: fc.oneof(fc.array(part), fc.jsonValue()),
      summary: fc.jsonValue(),
      call_id: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(item, fc.jsonValue())),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (input, fields) => {
        expect(() => carriedOrRefused({ ...fields, input })).not.toThrow()
      },
    ),
  )
})

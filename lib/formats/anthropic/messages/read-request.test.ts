import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRequest } from '#lib/formats/anthropic/messages/read-request.ts'
import { NotCarried, type NeutralRequest } from '#lib/formats/neutral.ts'

type Body = Readonly<Record<string, unknown>>

const hello = { role: 'user', content: 'Say hello' }
const image = { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } }
const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }

function read(fields: Body): NeutralRequest {
  return readRequest({ model: 'claude-sonnet-4-5', max_tokens: 64, messages: [hello], ...fields }, addressed)
}
const addressed = { model: null, stream: false }

function refusedOf(fields: Body): string | null {
  try {
    read(fields)
    return null
  } catch (error) {
    if (error instanceof NotCarried) return error.param
    throw error
  }
}

/** The parts of the first turn that these blocks make. */
const given = (...content: object[]): object => read({ messages: [{ role: 'user', content }] }).turns[0]!.parts
const said = (...content: object[]): NeutralRequest =>
  read({ messages: [hello, { role: 'assistant', content }, { role: 'user', content: 'Go on' }] })

/** As Claude Code sends it on a turn of its tool loop. */
const claudeCode: Body = {
  model: 'sonnet',
  max_tokens: 32_000,
  stream: true,
  system: [
    { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } },
    { type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Read a.ts' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I should read it.', signature: '' },
        { type: 'text', text: 'Reading.', citations: null },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a.ts' }, caller: { type: 'direct' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'export {}', cache_control: { type: 'ephemeral' } },
      ],
    },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: { type: 'object', properties: { path: { type: 'string' } } },
      eager_input_streaming: true,
    },
  ],
  temperature: 1,
  metadata: { user_id: '{"device_id":"d","session_id":"s"}' },
  thinking: { type: 'adaptive', display: 'summarized' },
  output_config: { effort: 'xhigh' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
}

describe('a request of Claude Code', () => {
  test('is carried, with what only Anthropic does left out by name', () => {
    const request = readRequest(claudeCode, addressed)
    expect(request).toMatchObject({
      stream: true,
      outputMaximum: 32_000,
      temperature: 1,
      endUser: '{"device_id":"d","session_id":"s"}',
      reasoning: { kind: 'effort', effort: 'xhigh' },
      showThinking: true,
      system: [
        { at: 'system.0', text: 'You are Claude Code.', cache: '5m' },
        { at: 'system.1', text: 'Rules.', cache: '1h' },
      ],
      leftOut: ['tools.0.eager_input_streaming', 'context_management'],
    })
    expect(request.turns[1]!.parts).toEqual([
      { kind: 'thinking', at: 'messages.1.content.0', text: 'I should read it.', signature: null },
      { kind: 'text', at: 'messages.1.content.1', text: 'Reading.' },
      { kind: 'tool call', at: 'messages.1.content.2', id: 'toolu_1', name: 'Read', arguments: '{"path":"a.ts"}' },
    ])
    expect(request.turns[2]!.parts).toEqual([
      {
        kind: 'tool result',
        at: 'messages.2.content.0',
        id: 'toolu_1',
        name: 'Read',
        content: [{ kind: 'text', at: 'messages.2.content.0.content', text: 'export {}' }],
        failed: false,
        cache: '5m',
      },
    ])
  })

  test('that clears old tool results is carried, since all of them go on', () => {
    const edits = [{ type: 'clear_tool_uses_20250919', trigger: { type: 'input_tokens', value: 100_000 } }]
    expect(read({ context_management: { edits } }).leftOut).toEqual(['context_management'])
  })

  test('that asks for a summary by the server is refused, since the summary is part of the answer', () => {
    expect(refusedOf({ context_management: { edits: [{ type: 'compact_20260112' }] } })).toBe(
      'context_management.edits.0.type',
    )
  })
})

describe('each setting', () => {
  test.each<[string, Body, object]>([
    ['the output maximum', { max_tokens: 9 }, { outputMaximum: 9, named: { outputMaximum: 'max_tokens' } }],
    ['temperature', { temperature: 0 }, { temperature: 0 }],
    ['top_p', { top_p: 0.5 }, { topP: 0.5, named: { topP: 'top_p' } }],
    ['top_k', { top_k: 5 }, { topK: 5, named: { topK: 'top_k' } }],
    ['stop sequences', { stop_sequences: ['END'] }, { stop: ['END'], named: { stop: 'stop_sequences' } }],
    ['the user', { metadata: { user_id: 'u' } }, { endUser: 'u', named: { endUser: 'metadata.user_id' } }],
    ['a choice left to the model', { tool_choice: { type: 'auto' } }, { toolChoice: { kind: 'auto' } }],
    ['a choice of any', { tool_choice: { type: 'any' } }, { toolChoice: { kind: 'any' } }],
    ['a choice of none', { tool_choice: { type: 'none' } }, { toolChoice: { kind: 'none' } }],
    ['a choice of one', { tool_choice: { type: 'tool', name: 'a' } }, { toolChoice: { kind: 'tool', name: 'a' } }],
    [
      'one call at a time',
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      { parallelToolCalls: false, named: { parallelToolCalls: 'tool_choice.disable_parallel_tool_use' } },
    ],
    [
      'no thinking',
      { thinking: { type: 'disabled' } },
      { reasoning: { kind: 'off' }, named: { reasoning: 'thinking' } },
    ],
    [
      'a budget',
      { thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' } },
      { reasoning: { kind: 'budget', tokens: 2000 }, showThinking: false },
    ],
    [
      'thinking without a budget',
      { thinking: { type: 'enabled' } },
      { reasoning: { kind: 'adaptive' }, showThinking: true },
    ],
    [
      'updates between calls instead of thinking',
      { thinking: { type: 'between_tools' } },
      { reasoning: { kind: 'off' }, leftOut: ['thinking.type'] },
    ],
    [
      'updates between calls instead of thoughts',
      { thinking: { type: 'adaptive', display: 'updates' } },
      { reasoning: { kind: 'adaptive' }, showThinking: false, leftOut: ['thinking.display'] },
    ],
    [
      'what becomes of thoughts out of place',
      { thinking: { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } } },
      { reasoning: { kind: 'adaptive' }, leftOut: ['thinking.block_binding'] },
    ],
    ['adaptive thinking', { thinking: { type: 'adaptive' } }, { reasoning: { kind: 'adaptive' } }],
    [
      'an effort alone',
      { output_config: { effort: 'low' } },
      { reasoning: { kind: 'effort', effort: 'low' }, named: { reasoning: 'output_config.effort' } },
    ],
    [
      'an effort beside a budget',
      { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'low' } },
      { reasoning: { kind: 'budget', tokens: 2000 }, leftOut: ['output_config.effort'] },
    ],
    [
      'an effort without thinking',
      { thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
      { reasoning: { kind: 'off' }, leftOut: ['output_config.effort'] },
    ],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      {
        output: { kind: 'schema', name: 'response', schema: { type: 'object' }, strict: true },
        named: { output: 'output_config.format' },
      },
    ],
    [
      'a schema under its older name',
      { output_format: { type: 'json_schema', schema: { type: 'object' } } },
      { output: { kind: 'schema' }, named: { output: 'output_format' } },
    ],
    ['a cache mark for the whole', { cache_control: { type: 'ephemeral' } }, { leftOut: ['cache_control'] }],
    ['a standard tier', { service_tier: 'standard_only' }, { leftOut: ['service_tier'] }],
    ['fast mode', { speed: 'fast' }, { leftOut: ['speed'] }],
    ['cache diagnostics', { diagnostics: { previous_message_id: null } }, { leftOut: ['diagnostics'] }],
  ])('%s is read', (_what, fields, expected) => expect(read(fields)).toMatchObject(expected))

  test('that asks for nothing is as if it were not there', () => {
    const bare = read({})
    expect(
      read({
        system: null,
        tools: [],
        container: null,
        mcp_servers: [],
        fallbacks: null,
        context_management: { edits: [] },
        service_tier: 'auto',
        speed: 'standard',
        metadata: {},
        output_config: {},
        inference_geo: null,
      }),
    ).toEqual(bare)
  })

  test('that says so allows several calls at once, which is the default', () => {
    const choice = { type: 'auto', disable_parallel_tool_use: false }
    expect(read({ tool_choice: choice })).not.toHaveProperty('parallelToolCalls')
  })
})

describe('content', () => {
  const at = 'messages.0.content.0'
  test.each<[string, object, object]>([
    ['a text', { type: 'text', text: 'hi' }, { kind: 'text', text: 'hi' }],
    ['an image by its address', image, { kind: 'image', source: { kind: 'url', url: 'https://example.org/a.png' } }],
    [
      'an image',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { kind: 'image', source: { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' } },
    ],
    [
      'an image on file',
      { type: 'image', source: { type: 'file', file_id: 'file_1' }, transformations: { oversized_image: 'downsize' } },
      { kind: 'image', source: { kind: 'file', id: 'file_1' } },
    ],
    [
      'a PDF with a title',
      {
        type: 'document',
        title: 'Report',
        citations: { enabled: false },
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
      },
      { kind: 'document', name: 'Report', source: { kind: 'bytes', mediaType: 'application/pdf', base64: 'AAAA' } },
    ],
    [
      'a document of text',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
      { kind: 'document', source: { kind: 'bytes', mediaType: 'text/plain', base64: 'R3LDvMOfZQ==' } },
    ],
    [
      'a document of blocks',
      {
        type: 'document',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      },
      { kind: 'document', source: { kind: 'bytes', mediaType: 'text/plain', base64: 'YQpi' } },
    ],
    [
      'a document by its address',
      { type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } },
      { kind: 'document', source: { kind: 'url', url: 'https://example.org/a.pdf' } },
    ],
    [
      'a failed tool with a picture',
      { type: 'tool_result', tool_use_id: 'toolu_9', is_error: true, content: [image] },
      {
        kind: 'tool result',
        id: 'toolu_9',
        name: null,
        failed: true,
        content: [{ kind: 'image', at: `${at}.content.0`, source: { kind: 'url', url: 'https://example.org/a.png' } }],
      },
    ],
    [
      'a tool result of nothing',
      { type: 'tool_result', tool_use_id: 'toolu_9' },
      { kind: 'tool result', id: 'toolu_9', name: null, failed: false, content: [] },
    ],
  ])('%s is a part', (_what, block, part) => expect(given(block)).toEqual([{ at, ...part }]))

  test('what the model did is handed back', () => {
    const { turns } = said(
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'abc' },
      call,
    )
    expect(turns[1]!.parts).toMatchObject([
      { kind: 'thinking', text: 'hm', signature: 'sig' },
      { kind: 'hidden thinking', data: 'abc' },
      { kind: 'tool call', id: 'toolu_1', name: 'weather', arguments: '{"city":"Bern"}' },
    ])
  })

  test('a signature of Gemini’s comes back to the call behind it', () => {
    const { turns } = said({ type: 'redacted_thinking', data: 'gatehouse.tool_signature.xyz' }, call, {
      ...call,
      id: 'toolu_2',
    })
    expect(turns[1]!.parts).toMatchObject([
      { kind: 'tool call', id: 'toolu_1', signature: 'xyz' },
      { kind: 'tool call', id: 'toolu_2' },
    ])
    expect(turns[1]!.parts[1]).not.toHaveProperty('signature')
  })

  test('a signature of Gemini’s whose call is gone is left out by name', () => {
    const request = said(
      { type: 'redacted_thinking', data: 'gatehouse.tool_signature.xyz' },
      { type: 'text', text: 'a' },
    )
    expect(request.turns[1]!.parts).toMatchObject([{ kind: 'text', text: 'a' }])
    expect(request.leftOut).toEqual(['messages.1.content.0'])
  })

  test('of two signatures before one call the nearer is its own', () => {
    const signature = (data: string) => ({ type: 'redacted_thinking', data: `gatehouse.tool_signature.${data}` })
    const request = said(signature('far'), signature('near'), call)
    expect(request.turns[1]!.parts).toMatchObject([{ kind: 'tool call', signature: 'near' }])
    expect(request.leftOut).toEqual(['messages.1.content.0'])
  })

  test('messages of one role that follow each other are one turn', () => {
    const { turns } = read({ messages: [hello, hello] })
    expect(turns).toMatchObject([{ role: 'user', parts: [{ text: 'Say hello' }, { text: 'Say hello' }] }])
  })
})

describe('a system message', () => {
  const system = { role: 'system', content: 'Be brief.' }

  test('before the conversation belongs to the instructions', () => {
    const request = read({ system: 'First.', messages: [system, hello] })
    expect(request.system.map(({ text }) => text)).toEqual(['First.', 'Be brief.'])
    expect(request.leftOut).toEqual([])
  })

  test('within the conversation keeps its place', () => {
    const request = read({ messages: [hello, system, hello] })
    expect(request.system).toEqual([])
    expect(request.turns).toMatchObject([
      { role: 'user' },
      { role: 'system', at: 'messages.1', parts: [{ kind: 'text', at: 'messages.1.content', text: 'Be brief.' }] },
      { role: 'user' },
    ])
    expect(request.leftOut).toEqual([])
  })

  test('does not hide that the assistant’s turn is to be continued', () => {
    const assistant = { role: 'assistant', content: 'Once' }
    expect(() => read({ messages: [hello, assistant, system] })).toThrow(/^messages\.1 cannot be carried/)
  })

  test('for one turn of the user is gone after the next', () => {
    const once = { ...system, clear_at: 'next_user_message' }
    expect(read({ messages: [hello, once] }).turns).toHaveLength(2)
    expect(read({ messages: [hello, once, hello] }).turns).toMatchObject([{ role: 'user' }])
  })
})

describe('what no other provider can do is refused by its path', () => {
  const user = (block: object): Body => ({ messages: [{ role: 'user', content: [block] }] })
  const assistant = (block: object): Body => ({
    messages: [hello, { role: 'assistant', content: [block] }, hello],
  })
  const pdf = { type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } }
  test.each<[string, Body]>([
    ['container', { container: 'container_1' }],
    ['mcp_servers', { mcp_servers: [{ type: 'url', url: 'https://example.org', name: 'm' }] }],
    ['fallbacks', { fallbacks: [{ model: 'x' }] }],
    ['inference_geo', { inference_geo: 'us' }],
    ['thread', { thread: { type: 'create' } }],
    ['compaction', { compaction: { type: 'auto' } }],
    ['service_tier', { service_tier: 'flex' }],
    ['output_config.task_budget', { output_config: { task_budget: { type: 'tokens', total: 1 } } }],
    ['output_config.effort', { output_config: { effort: 'utmost' } }],
    [
      'output_format',
      {
        output_config: { format: { type: 'json_schema', schema: {} } },
        output_format: { type: 'json_schema', schema: {} },
      },
    ],
    ['thinking.type', { thinking: { type: 'elsewhere' } }],
    ['thinking.display', { thinking: { type: 'adaptive', display: 'in_full' } }],
    ['thinking.display', { thinking: { type: 'disabled', display: 'omitted' } }],
    ['tools.0.type', { tools: [{ type: 'web_search_20260318', name: 'web_search' }] }],
    ['tools.0.type', { tools: [{ type: 'advisor_20260301', name: 'advisor' }] }],
    ['tools.0.type', { tools: [{ type: 'bash_20250124', name: 'bash' }] }],
    ['tools.0.defer_loading', { tools: [{ name: 'a', input_schema: {}, defer_loading: true }] }],
    ['tools.0.input_examples', { tools: [{ name: 'a', input_schema: {}, input_examples: [{}] }] }],
    [
      'tools.0.allowed_callers',
      { tools: [{ name: 'a', input_schema: {}, allowed_callers: ['code_execution_20260120'] }] },
    ],
    ['messages.0.content.0.type', user({ type: 'search_result', source: 'a', title: 'b', content: [] })],
    ['messages.0.content.0.type', user({ type: 'container_upload', file_id: 'f' })],
    ['messages.0.content.0.type', user(call)],
    ['messages.0.content.0.citations.enabled', user({ ...pdf, citations: { enabled: true } })],
    ['messages.0.content.0.context', user({ ...pdf, context: 'A report' })],
    [
      'messages.0.content.0.transformations.oversized_image',
      user({ ...image, transformations: { oversized_image: 'error' } }),
    ],
    [
      'messages.0.content.0.source.media_type',
      user({ type: 'image', source: { type: 'base64', media_type: 'image/tiff', data: '' } }),
    ],
    ['messages.0.content.0.toolset_name', user({ type: 'tool_result', tool_use_id: 'a', toolset_name: 'browser' })],
    [
      'messages.0.content.0.content.0.type',
      user({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'tool_reference', tool_name: 'x' }] }),
    ],
    ['messages.1.content.0.type', assistant({ type: 'server_tool_use', id: 'a', name: 'web_search', input: {} })],
    ['messages.1.content.0.type', assistant({ type: 'tool_result', tool_use_id: 'a' })],
    [
      'messages.1.content.0.caller.type',
      assistant({ ...call, caller: { type: 'code_execution_20260120', tool_id: 'a' } }),
    ],
    ['messages.1.content.0.citations', assistant({ type: 'text', text: 'a', citations: [{ type: 'char_location' }] })],
    [
      'messages.1.content.0.type',
      { messages: [hello, { role: 'system', content: [{ type: 'tool_addition', tool: {} }] }] },
    ],
    [
      'messages.1.output_config',
      { messages: [hello, { role: 'system', content: 'a', output_config: { effort: 'low' } }] },
    ],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'a' }] }],
    ['messages.1', { messages: [hello, { role: 'assistant', content: 'The answer is (' }] }],
    ['system.0.type', { system: [image] }],
  ])('%s', (path, fields) => expect(refusedOf(fields)).toBe(path))
})

test('a field that nobody knows is refused by its path, wherever it stands', () => {
  const places = objectsIn(claudeCode, '')
  // What is handed on whole, or left out whole, has fields of its caller's own.
  const free = /input_schema|\.input$|\.input\.|context_management\.edits\./
  const closed = places.filter(({ path }) => !free.test(path))
  expect(closed.length).toBeGreaterThan(15)
  fc.assert(
    fc.property(
      fc.constantFrom(...closed),
      fc.stringMatching(/^x_[a-z]{1,8}$/),
      fc.jsonValue(),
      (place, name, value) => {
        const body = structuredClone(claudeCode)
        place.in(body)[name] = value
        const param = place.path ? `${place.path}.${name}` : name
        let refused: string | null = null
        try {
          readRequest(body, addressed)
        } catch (error) {
          refused = (error as NotCarried).param
        }
        expect(refused).toBe(value === null ? null : param)
      },
    ),
  )
})

type Place = { readonly path: string; readonly in: (body: Body) => Record<string, unknown> }

/** Every object of the body, and how to find it in a copy. */
function objectsIn(value: unknown, path: string, find: Place['in'] = (body) => body): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const here = Array.isArray(value) ? [] : [{ path, in: find }]
  const inside = Object.entries(value).flatMap(([name, inner]) =>
    objectsIn(inner, path ? `${path}.${name}` : name, (body) => find(body)[name] as Record<string, unknown>),
  )
  return [...here, ...inside]
}

import { expect, test } from 'vitest'
import { readRequest } from '#lib/formats/openai/chat/read-request.ts'

function read(...messages: object[]) {
  const { system, turns } = readRequest({ model: 'm', messages })
  return { system, turns }
}

const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }

test('instructions of both names that come first are the system, each where it stood', () => {
  const { system, turns } = read(
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }] },
    { role: 'user', content: 'Hello' },
  )
  expect(system).toEqual([
    { kind: 'text', text: 'Be brief.', at: 'messages.0.content' },
    { kind: 'text', text: 'Be kind.', at: 'messages.1.content.0', cache: '5m' },
  ])
  expect(turns).toEqual([{ role: 'user', parts: [{ kind: 'text', text: 'Hello', at: 'messages.2.content' }] }])
})

test.each([
  [{ url: 'https://x/y.png' }, { source: { kind: 'url', url: 'https://x/y.png' } }],
  [
    { url: 'data:image/png;base64,AAAA', detail: 'high' },
    { source: { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' }, detail: 'high' },
  ],
  [
    { url: 'data:IMAGE/JPEG;name=a.jpg;base64,AAAA' },
    { source: { kind: 'bytes', mediaType: 'image/jpeg', base64: 'AAAA' } },
  ],
])('an image at %j is an image', (image_url, image) => {
  const { turns } = read({ role: 'user', content: [{ type: 'image_url', image_url }] })
  expect(turns[0]!.parts).toEqual([{ kind: 'image', at: 'messages.0.content.0', ...image }])
})

test.each([
  [
    { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
    { source: { kind: 'bytes', mediaType: 'application/pdf', base64: 'AAAA' }, name: 'a.pdf' },
  ],
  [{ file_data: 'https://x/a.pdf' }, { source: { kind: 'url', url: 'https://x/a.pdf' } }],
  [{ file_id: 'file-1' }, { source: { kind: 'file', id: 'file-1' } }],
])('a file of %j is a document', (file, document) => {
  const { turns } = read({ role: 'user', content: [{ type: 'file', file }] })
  expect(turns[0]!.parts).toEqual([{ kind: 'document', at: 'messages.0.content.0', ...document }])
})

test.each([
  [{ cache_control: { type: 'ephemeral' } }, '5m'],
  [{ cache_control: { type: 'ephemeral', ttl: '1h' } }, '1h'],
  [{ prompt_cache_breakpoint: { mode: 'explicit' } }, '5m'],
  [{ prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } }, '1h'],
  [{ prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }, '1h'],
])('the mark %j asks for a cache of %s', (mark, cache) => {
  const { turns } = read({ role: 'user', content: [{ type: 'text', text: 'x', ...mark }] })
  expect(turns[0]!.parts).toMatchObject([{ cache }])
})

test('what an assistant thought, said and called is carried, thoughts first', () => {
  const { turns } = read({
    role: 'assistant',
    content: [
      { type: 'text', text: 'I look.' },
      { type: 'refusal', refusal: 'Not that.' },
    ],
    refusal: null,
    annotations: [],
    reasoning_content: 'Hm.',
    thinking_blocks: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xyz' },
    ],
    tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'gs' } } }],
  })
  expect(turns).toEqual([
    {
      role: 'assistant',
      parts: [
        { kind: 'thinking', text: 'Hm.', signature: 'sig', at: 'messages.0.thinking_blocks.0' },
        { kind: 'hidden thinking', data: 'xyz', at: 'messages.0.thinking_blocks.1' },
        { kind: 'text', text: 'I look.', at: 'messages.0.content.0' },
        { kind: 'refusal', text: 'Not that.', at: 'messages.0.content.1' },
        {
          kind: 'tool call',
          id: 'c1',
          name: 'look',
          arguments: '{"at":1}',
          signature: 'gs',
          at: 'messages.0.tool_calls.0',
        },
      ],
    },
  ])
})

test('a thought without blocks has no signature', () => {
  const { turns } = read({ role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.', thinking_blocks: [] })
  expect(turns[0]!.parts).toMatchObject([
    { kind: 'thinking', text: 'Hm.', signature: null, at: 'messages.0.reasoning_content' },
    { kind: 'text', text: 'Yes.', at: 'messages.0.content' },
  ])
})

test('a block with an empty signature has none', () => {
  const { turns } = read({ role: 'assistant', thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: '' }] })
  expect(turns[0]!.parts).toMatchObject([{ kind: 'thinking', signature: null }])
})

test('results of tools and what the user adds are one turn; each result knows the name of its call', () => {
  const { turns } = read(
    { role: 'user', content: 'Look.' },
    { role: 'assistant', content: '', tool_calls: [call, { ...call, id: 'c2' }] },
    { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'Rain' }] },
    { role: 'tool', tool_call_id: 'c1', content: 'Sun' },
    { role: 'tool', tool_call_id: 'c9', content: 'Fog' },
    { role: 'tool', tool_call_id: 'c8', content: 'Hail', name: 'smell' },
    { role: 'user', content: 'And?' },
  )
  expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(turns[1]!.parts.map(({ kind }) => kind)).toEqual(['tool call', 'tool call'])
  expect(turns[2]!.parts).toEqual([
    {
      kind: 'tool result',
      id: 'c2',
      name: 'look',
      content: [{ kind: 'text', text: 'Rain', at: 'messages.2.content.0' }],
      failed: false,
      at: 'messages.2',
    },
    expect.objectContaining({ id: 'c1', name: 'look' }),
    expect.objectContaining({ id: 'c9', name: null }),
    expect.objectContaining({ id: 'c8', name: 'smell' }),
    { kind: 'text', text: 'And?', at: 'messages.6.content' },
  ])
})

test('an assistant message that says nothing is no turn', () => {
  const { turns } = read(
    { role: 'user', content: 'a' },
    { role: 'assistant', content: null, refusal: null, tool_calls: [] },
    { role: 'user', content: 'b' },
  )
  expect(turns).toHaveLength(1)
  expect(turns[0]!.parts).toHaveLength(2)
})

import { describe, expect, test } from 'vitest'
import { anthropic } from '#lib/formats/anthropic/format.ts'
import { bedrock } from '#lib/formats/bedrock/format.ts'
import type { Format, Operation } from '#lib/formats/contract.ts'
import { gemini } from '#lib/formats/gemini/format.ts'
import { openai } from '#lib/formats/openai/format.ts'

function reference(format: Format, operation: Operation, body: object): string | undefined {
  const model = format === openai || format === anthropic ? null : 'a-model'
  const request = format.parse(operation, body, { model, stream: false })
  if ('problem' in request) throw new Error(request.problem)
  return request.storedReference
}

const responses = (fields: object) => reference(openai, 'responses', { model: 'm', input: 'hi', ...fields })
const chat = (message: object) => reference(openai, 'chat', { model: 'm', messages: [{ role: 'user' }, message] })
const messages = (fields: object) =>
  reference(anthropic, 'messages', {
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'hi' }],
    ...fields,
  })
const generate = (fields: object) =>
  reference(gemini, 'generateContent', { contents: [{ parts: [{ text: 'hi' }] }], ...fields })
const converse = (...content: object[]) =>
  reference(bedrock, 'converse', { messages: [{ role: 'user', content: [{ text: 'hi' }, ...content] }] })

describe('what a request refers to that the provider keeps is told by its path', () => {
  test.each<[string, object]>([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['conversation', { conversation: { id: 'conv_1' } }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['input.0.id', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['input.0.id', { input: [{ id: 'msg_1' }] }],
    [
      'input.0.content.1.file_id',
      { input: [{ role: 'user', content: [{}, { type: 'input_file', file_id: 'file-1' }] }] },
    ],
    ['input.0.output.file_id', { input: [{ type: 'computer_call_output', output: { file_id: 'file-1' } }] }],
    ['input.0.output.0.file_id', { input: [{ type: 'function_call_output', output: [{ file_id: 'file-1' }] }] }],
    ['tools.0.vector_store_ids', { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] }],
    ['tools.0.container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    [
      'tools.0.container.file_ids',
      { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }] },
    ],
    ['tools.0.environment.container_id', { tools: [{ type: 'shell', environment: { container_id: 'cntr_1' } }] }],
    [
      'tools.0.environment.skills.0.skill_id',
      { tools: [{ type: 'shell', environment: { skills: [{ skill_id: 's' }] } }] },
    ],
    ['tools.0.input_image_mask.file_id', { tools: [{ type: 'image_generation', input_image_mask: { file_id: 'f' } }] }],
  ])('responses: %s', (path, fields) => {
    expect(responses(fields)).toBe(path)
  })

  test.each<[string, object]>([
    ['messages.1.content.0.file.file_id', { role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
    ['messages.1.audio.id', { role: 'assistant', audio: { id: 'audio_1' } }],
  ])('chat: %s', (path, message) => {
    expect(chat(message)).toBe(path)
  })

  const file = { type: 'document', source: { type: 'file', file_id: 'file_1' } }
  const said = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
  test.each<[string, object]>([
    ['container', { container: 'container_1' }],
    ['container.id', { container: { id: 'container_1' } }],
    ['container.skills.0.skill_id', { container: { skills: [{ type: 'custom', skill_id: 'skill_1' }] } }],
    ['messages.0.content.0.source.file_id', said(file)],
    ['messages.0.content.0.file_id', said({ type: 'container_upload', file_id: 'file_1' })],
    [
      'messages.0.content.1.content.0.source.file_id',
      said({ type: 'text', text: 'a' }, { type: 'tool_result', content: [file] }),
    ],
    [
      'messages.0.content.0.source.content.0.source.file_id',
      said({ type: 'document', source: { type: 'content', content: [file] } }),
    ],
  ])('messages: %s', (path, fields) => {
    expect(messages(fields)).toBe(path)
    expect(
      reference(bedrock, 'invoke', {
        anthropic_version: 'x',
        max_tokens: 1,
        messages: [{ role: 'user', content: 'a' }],
        ...fields,
      }),
    ).toBe(path)
  })

  const part = (one: object) => ({ contents: [{ parts: [one] }] })
  test.each<[string, object]>([
    ['cachedContent', { cachedContent: 'cachedContents/1' }],
    ['cachedContent', { cached_content: 'cachedContents/1' }],
    ['contents.0.parts.0.fileData.fileUri', part({ fileData: { fileUri: 'gs://bucket/a.pdf' } })],
    ['contents.0.parts.0.file_data.file_uri', part({ file_data: { file_uri: 'files/1' } })],
    [
      'contents.0.parts.0.fileData.fileUri',
      part({ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/1' } }),
    ],
    [
      'contents.0.parts.0.functionResponse.parts.0.fileData.fileUri',
      part({ functionResponse: { parts: [{ fileData: { fileUri: 'gs://b/a' } }] } }),
    ],
    ['contents.parts.fileData.fileUri', { contents: { parts: { fileData: { fileUri: 'gs://b/a' } } } }],
    [
      'systemInstruction.parts.0.fileData.fileUri',
      { systemInstruction: { parts: [{ fileData: { fileUri: 'gs://b/a' } }] } },
    ],
    ['tools.0.fileSearch', { tools: [{ fileSearch: { fileSearchStoreNames: ['s'] } }] }],
    ['tools.0.retrieval', { tools: [{ retrieval: { vertexRagStore: {} } }] }],
  ])('generateContent: %s', (path, fields) => {
    expect(generate(fields)).toBe(path)
  })

  test('in Gemini’s embeddings', () => {
    const content = { parts: [{ fileData: { fileUri: 'gs://b/a' } }] }
    expect(reference(gemini, 'embedContent', { content })).toBe('content.parts.0.fileData.fileUri')
    expect(reference(gemini, 'batchEmbedContents', { requests: [{ content }] })).toBe(
      'requests.0.content.parts.0.fileData.fileUri',
    )
  })

  const s3Location = { uri: 's3://bucket/a.pdf' }
  test.each<[string, object]>([
    ['messages.0.content.1.document.source.s3Location', { document: { source: { s3Location } } }],
    ['messages.0.content.1.video.source.s3Location', { video: { source: { s3Location } } }],
    [
      'messages.0.content.1.toolResult.content.0.image.source.s3Location',
      { toolResult: { content: [{ image: { source: { s3Location } } }] } },
    ],
  ])('converse: %s', (path, block) => {
    expect(converse(block)).toBe(path)
  })
})

describe('nothing is referred to by', () => {
  const schema = { type: 'object', properties: { file_id: {}, container: {}, vector_store_ids: {} } }

  test('what the caller sends itself, nor what stands in the open web', () => {
    const sent = [
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_file', file_url: 'https://example.test/a.pdf', file_id: null },
    ]
    expect(responses({ input: [{ role: 'user', content: sent }], previous_response_id: null })).toBeUndefined()
    expect(
      messages({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] }] }),
    ).toBeUndefined()
    for (const fileUri of ['https://www.youtube.com/watch?v=1', 'https://notgoogleapis.com/a']) {
      expect(generate({ contents: [{ parts: [{ fileData: { fileUri } }] }] })).toBeUndefined()
    }
    expect(converse({ document: { source: { bytes: 'AAAA' } } })).toBeUndefined()
  })

  test('what callers call their own tools’ arguments', () => {
    expect(responses({ tools: [{ type: 'function', name: 'f', parameters: schema }] })).toBeUndefined()
    expect(messages({ tools: [{ name: 'f', input_schema: schema }] })).toBeUndefined()
    const used = { type: 'tool_use', id: 't', name: 'f', input: { file_id: 'mine' } }
    expect(messages({ messages: [{ role: 'assistant', content: [used] }] })).toBeUndefined()
  })

  test('items that are sent whole, and tools that run in a container of the call’s own', () => {
    expect(
      responses({ input: [{ type: 'reasoning', id: 'rs_1', encrypted_content: 'x', summary: [] }] }),
    ).toBeUndefined()
    expect(
      responses({ tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [] } }] }),
    ).toBeUndefined()
    expect(messages({ container: { skills: [{ type: 'anthropic', skill_id: 'pptx' }] } })).toBeUndefined()
  })
})

test.each<[Format, Operation, string]>([
  [openai, 'responses', '{"conversation":"conv_1","conversation":null}'],
  [anthropic, 'messages', '{"container":"container_1","container":null}'],
  [anthropic, 'messages', '{"messages":[{"role":"user","content":[]}],"messages":[]}'],
  [gemini, 'generateContent', '{"cachedContent":"cachedContents/1","cachedContent":null}'],
])('what may be read in two ways goes on as it was judged: %#', (format, operation, text) => {
  expect(format.isAmbiguous(Buffer.from(text), operation)).toBe(true)
})

/** Who may refer to what a provider keeps for its credential: by each wire, through a real socket. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { profilePolicy, type StoredState } from '#lib/policy/contract.ts'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type Mount, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
}, 60_000)
afterAll(() => g?.close())

async function profileSays(storedState: StoredState): Promise<void> {
  const id = g.company.profiles.experiment
  await g.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    await db.accessProfile.update({ where: { id }, data: { policy: { ...profilePolicy.parse(policy), storedState } } })
  })
}

function post(mount: Mount, key: string, path: string, body: object): Promise<Response> {
  return fetch(g.urlOf(mount) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(body),
  })
}

const model = 'gpt-4o-mini'
const saying = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
const response = { model, input: 'Hello', previous_response_id: 'resp_of_somebody' }
const s3 = { document: { format: 'pdf', name: 'a', source: { s3Location: { uri: 's3://bucket/a.pdf' } } } }
const fileOfClaude = { type: 'document', source: { type: 'file', file_id: 'file_1' } }
const fileData = { fileUri: 'gs://bucket/a.pdf', mimeType: 'application/pdf' }

describe.each(mounts)('through the %s', (mount) => {
  test.each<[string, object, string]>([
    ['/v1/responses', response, 'previous_response_id'],
    ['/v1/responses', { ...response, stream: true }, 'previous_response_id'],
    ['/azure/openai/v1/responses', { model, input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input.0.id'],
    [
      '/v1/chat/completions',
      { model, ...saying({ type: 'file', file: { file_id: 'file-1' } }) },
      'messages.0.content.0.file.file_id',
    ],
    ['/v1/messages', { model, max_tokens: 9, ...saying(fileOfClaude) }, 'messages.0.content.0.source.file_id'],
    [
      `/gemini/v1beta/models/${model}:generateContent`,
      { contents: [{ parts: [{ fileData }] }] },
      'contents.0.parts.0.fileData.fileUri',
    ],
    [`/bedrock/model/${model}/converse`, saying({ text: 'a' }, s3), 'messages.0.content.1.document.source.s3Location'],
  ])('%s refuses by its path what a provider keeps, where the profile does', async (path, body, param) => {
    await profileSays('refuse')
    const key = await g.makeKey()
    const since = (await lastSimulatedCall(g))?.id
    const answer = await post(mount, key.text, path, body)
    expect(answer.status).toBe(400)
    const text = await answer.text()
    expect(text).toContain(`${param}: This key may not refer to what a provider keeps`)
    expect(text).toContain('"code":"unsupported_parameter"')
    expect((await lastSimulatedCall(g))?.id).toBe(since)
    const event = await lastEventOf(g, key.id)
    expect(event).toMatchObject({ outcome: 'refused', errorCode: 'unsupported_parameter', costNanos: '0' })
    expect(event.decision.rules.at(-1)).toMatchObject({
      rule: 'stored_state',
      passed: false,
      source: 'profile Experiment',
      used: param,
    })
  })

  test('a call that sends all of itself passes there', async () => {
    await profileSays('refuse')
    const key = await g.makeKey()
    expect((await post(mount, key.text, '/v1/responses', { model, input: 'Hello', store: false })).status).toBe(200)
    expect(
      (await post(mount, key.text, '/v1/chat/completions', { model, ...saying({ type: 'text', text: 'a' }) })).status,
    ).toBe(200)
  })

  test('where the profile allows it, the call goes on, and a change of mind counts from the next call', async () => {
    await profileSays('allow')
    const key = await g.makeKey()
    const since = (await lastSimulatedCall(g))?.id
    await post(mount, key.text, '/v1/responses', response)
    expect((await lastSimulatedCall(g)).id).not.toBe(since)
    await profileSays('refuse')
    expect((await post(mount, key.text, '/v1/responses', response)).status).toBe(400)
  })
})

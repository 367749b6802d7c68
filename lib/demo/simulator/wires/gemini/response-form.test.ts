import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

type Answer = {
  readonly candidates: readonly { readonly content: { readonly parts?: readonly { readonly text: string }[] } }[]
  readonly usageMetadata: { readonly candidatesTokenCount: number }
}

function ask(method: string, generationConfig: object): Promise<Response> {
  return fetch(`${simulator.url}/gemini/v1beta/models/gemini-2.5-flash:${method}`, {
    method: 'POST',
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: '@sim out=9 Where?' }] }], generationConfig }),
  })
}

const textOf = (answers: readonly Answer[]) =>
  answers.flatMap(({ candidates }) => candidates[0]!.content.parts?.map(({ text }) => text) ?? []).join('')

const schema = { type: 'OBJECT', properties: { city: { type: 'STRING' }, days: { type: 'INTEGER' } } }
const json = { responseMimeType: 'application/json' }

test.each<[string, object, string]>([
  ['a responseSchema', { ...json, responseSchema: schema }, '{"city":"simulated","days":1}'],
  ['a responseJsonSchema', { ...json, responseJsonSchema: { type: 'array', items: { type: 'boolean' } } }, '[true]'],
  ['JSON of any form', json, '{}'],
  ['one of several texts', { responseMimeType: 'text/x.enum', responseSchema: { enum: ['red', 'blue'] } }, 'red'],
])('%s is answered by the plainest that fits it, whole and in pieces', async (_what, config, wanted) => {
  const answer = (await (await ask('generateContent', config)).json()) as Answer
  expect(textOf([answer])).toBe(wanted)
  expect(answer.usageMetadata.candidatesTokenCount).toBe(9)
  expect(textOf((await (await ask('streamGenerateContent', config)).json()) as Answer[])).toBe(wanted)
})

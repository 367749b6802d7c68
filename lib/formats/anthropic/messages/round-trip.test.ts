import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRequest } from '#lib/formats/anthropic/messages/read-request.ts'
import { writeRequest } from '#lib/formats/anthropic/messages/write-request.ts'
import { joinTurns, type NeutralRequest, type Turn } from '#lib/formats/neutral.ts'

const at = ''
const cache = fc.option(fc.constantFrom('5m' as const, '1h' as const), { nil: undefined })
const words = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '')
const base64 = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)

/** Without the fields that are undefined: absent, that is. */
const record = <T>(fields: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<never> =>
  fc.record(fields).map((value) => JSON.parse(JSON.stringify(value)) as never)

const text = record({ kind: fc.constant('text'), at: fc.constant(at), text: words, cache })
const url = fc.record({ kind: fc.constant('url'), url: fc.webUrl() })
const bytes = (...types: string[]) =>
  fc.record({ kind: fc.constant('bytes'), mediaType: fc.constantFrom(...types), base64 })
const image = record({
  kind: fc.constant('image'),
  at: fc.constant(at),
  source: fc.oneof(url, bytes('image/png')),
  cache,
})
const plain = words.map((each) => ({
  kind: 'bytes',
  mediaType: 'text/plain',
  base64: Buffer.from(each).toString('base64'),
}))
const document = record({
  kind: fc.constant('document'),
  at: fc.constant(at),
  source: fc.oneof(url, bytes('application/pdf'), plain),
  name: fc.option(words, { nil: undefined }),
  cache,
})
const result = record({
  kind: fc.constant('tool result'),
  at: fc.constant(at),
  id,
  name: fc.constant(null),
  content: fc.array(fc.oneof(text, image), { maxLength: 2 }),
  failed: fc.boolean(),
})
const toolCall = record({
  kind: fc.constant('tool call'),
  at: fc.constant(at),
  id,
  name: fc.constantFrom('f', 'g'),
  arguments: fc.dictionary(words, fc.jsonValue()).map((input) => JSON.stringify(JSON.parse(JSON.stringify(input)))),
  cache,
})
const thinking = record({ kind: fc.constant('thinking'), at: fc.constant(at), text: words, signature: words })
const hidden = record({ kind: fc.constant('hidden thinking'), at: fc.constant(at), data: words })

/** Tool results first, as Anthropic has them. */
const user = fc
  .tuple(fc.array(result, { maxLength: 2 }), fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 }))
  .map(([results, others]): Turn => ({ role: 'user', parts: [...results, ...others] }))
const assistant = fc
  .array(fc.oneof(text, thinking, hidden, toolCall), { minLength: 1, maxLength: 4 })
  .map((parts): Turn => ({ role: 'assistant', parts }))

const object = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 3 })
const schema = object.map(
  (fields) => JSON.parse(JSON.stringify({ ...fields, type: 'object' })) as Record<string, unknown>,
)
const tool = record({
  at: fc.constant(at),
  name: fc.constantFrom('f', 'g'),
  description: fc.option(words),
  schema,
  strict: fc.option(fc.boolean()),
  cache,
})
const reasoning = fc.oneof(
  fc.constantFrom({ kind: 'off' }, { kind: 'adaptive' }),
  fc.record({ kind: fc.constant('effort'), effort: fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max') }),
)
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const request: fc.Arbitrary<NeutralRequest> = record({
  stream: fc.boolean(),
  system: fc.array(text, { maxLength: 2 }),
  turns: fc
    .tuple(fc.array(fc.oneof(user, assistant), { maxLength: 4 }), user)
    .map(([before, last]) => joinTurns([...before, last])),
  tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
  toolChoice: optional(
    fc.constantFrom({ kind: 'auto' }, { kind: 'any' }, { kind: 'none' }, { kind: 'tool', name: 'f' }),
  ),
  outputMaximum: fc.constant(5000),
  temperature: optional(fc.constantFrom(0, 0.5, 1)),
  topP: optional(fc.constantFrom(0.5)),
  topK: optional(fc.constantFrom(5)),
  stop: optional(fc.array(words, { minLength: 1 })),
  output: optional(
    fc.record({
      kind: fc.constant('schema'),
      name: fc.constant('response'),
      description: fc.constant(null),
      schema,
      strict: fc.constant(true),
    }),
  ),
  reasoning: optional(reasoning),
  endUser: optional(words),
  named: fc.constant({}),
  leftOut: fc.constant([]),
})

/**
 * What a request asks, without where its parts stood, what its settings are called and what tools were called. Results of
 * one turn come before its other parts, as Anthropic has them; cache marks beyond the fourth are not compared, nor whether
 * thoughts are shown, which is the default on this wire alone.
 */
function asked(read: NeutralRequest): unknown {
  const { named: _named, leftOut: _leftOut, showThinking: _shown, tools, system, turns, ...settings } = read
  const sorted = turns.map((turn) =>
    turn.role === 'assistant'
      ? turn
      : {
          role: turn.role,
          parts: [
            ...turn.parts.filter(({ kind }) => kind === 'tool result').map((part) => ({ ...part, name: null })),
            ...turn.parts.filter(({ kind }) => kind !== 'tool result'),
          ],
        },
  )
  let marks = 0
  const plainly = (name: string, value: unknown): unknown => {
    if (name === 'at') return undefined
    if (name === 'cache') return ++marks > 4 ? undefined : value
    return value
  }
  return JSON.parse(JSON.stringify({ tools, system, turns: sorted, ...settings }, plainly))
}

test('a request of what Anthropic can carry, written and read again, is the same', () => {
  fc.assert(
    fc.property(request, (original) => {
      const target = { model: 'claude-opus-4-8', outputMaximum: original.outputMaximum!, outputAllowed: 1 }
      const { body } = writeRequest(original, target)
      const again = readRequest(JSON.parse(JSON.stringify(body)), { model: null, stream: false })
      expect(asked(again)).toEqual(asked(original))
      expect(again.leftOut).toEqual([])
    }),
    { numRuns: 300 },
  )
})

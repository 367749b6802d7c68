import { expect, test } from 'vitest'
import { streamError } from '#lib/formats/openai/errors.ts'

const refusal = {
  status: 502,
  code: 'upstream_error',
  message: 'It broke off.',
  param: null,
  requestId: 'call_1',
  gatehouse: { code: 'upstream_error' },
}
const error = { message: 'It broke off.', type: 'server_error', param: null, code: 'upstream_error' }

test.each(['chat', 'completions'] as const)('a failure inside a stream of %s is a data event', (operation) => {
  expect(streamError(refusal, operation)).toBe(
    `data: ${JSON.stringify({ error: { ...error, gatehouse: refusal.gatehouse } })}\n\n`,
  )
})

test('a failure inside a streamed response is a typed event, readable in both of its shapes', () => {
  const [, data] = /^event: error\ndata: (.*)\n\n$/.exec(streamError(refusal, 'responses'))!
  expect(JSON.parse(data!)).toMatchObject({
    type: 'error',
    message: 'It broke off.',
    code: 'upstream_error',
    param: null,
    error,
  })
})

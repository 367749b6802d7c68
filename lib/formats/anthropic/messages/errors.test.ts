import { expect, test } from 'vitest'
import { readError, readStreamedError, streamedError, writeError } from '#lib/formats/anthropic/messages/errors.ts'

const context = {
  callId: 'call_1',
  createdMs: 0,
  upstreamModel: 'm',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: true,
}

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [422, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [503, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])('a provider’s error of status %i is a %s in its own words', (status, type) => {
  const error = { status, message: 'No such luck.', param: 'input', code: 'luck' }
  expect(JSON.parse(writeError(error, context))).toEqual({
    type: 'error',
    error: { type, message: 'No such luck.' },
    request_id: 'call_1',
  })
  expect(streamedError(error, context)).toBe(`event: error\ndata: ${writeError(error, context)}\n\n`)
})

test('Anthropic’s error is read with its type', () => {
  const body = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' }, request_id: 'req_1' }
  expect(readError(429, body)).toEqual({ status: 429, message: 'Slow down.', param: null, code: 'rate_limit_error' })
})

test('an error within a stream has the status of its type', () => {
  const event = (type: string) => ({ type: 'error', error: { type, message: 'Busy.' } })
  expect(readStreamedError(event('overloaded_error'))).toMatchObject({ status: 529, message: 'Busy.' })
  expect(readStreamedError(event('new_error'))).toMatchObject({ status: 500, code: 'new_error' })
})

test.each([[undefined], [null], ['<html>'], [{ error: 'x' }], [{ error: { message: 1 } }]])(
  'an error that is none of Anthropic’s (%j) is told by its status',
  (body) => {
    expect(readError(502, body)).toEqual({
      status: 502,
      message: 'The provider answered with status 502.',
      param: null,
      code: null,
    })
  },
)

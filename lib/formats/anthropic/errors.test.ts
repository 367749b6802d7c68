import { expect, test } from 'vitest'
import { refusalBody, streamError } from '#lib/formats/anthropic/errors.ts'

const refusal = {
  status: 429,
  code: 'rate_limit_exceeded',
  message: 'Try again in 3 s.',
  param: null,
  requestId: 'call_1',
  gatehouse: { code: 'rate_limit_exceeded', decision_id: 'dec_1' },
}

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [405, 'invalid_request_error'],
  [413, 'request_too_large'],
  [415, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [502, 'api_error'],
  [503, 'api_error'],
  [504, 'timeout_error'],
])('a refusal of status %i has type %s', (status, type) => {
  expect(JSON.parse(refusalBody({ ...refusal, status }))).toEqual({
    type: 'error',
    error: { type, message: 'Try again in 3 s.', gatehouse: refusal.gatehouse },
    request_id: 'call_1',
  })
})

test('a spend limit says so where clients look for it', () => {
  const body = JSON.parse(refusalBody({ ...refusal, code: 'insufficient_quota' })) as { error: object }
  expect(body.error).toMatchObject({
    type: 'rate_limit_error',
    details: { error_code: 'enforced_spend_limit_reached' },
  })
})

test('a failure inside a stream is an event of its own', () => {
  expect(streamError(refusal)).toMatch(/^event: error\ndata: \{"type":"error",.*\}\n\n$/)
})

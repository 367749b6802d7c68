import { expect, test } from 'vitest'
import { refusalBody, streamError } from '#lib/formats/gemini/errors.ts'

const refusal = {
  status: 429,
  code: 'rate_limit_exceeded',
  message: 'Try again in 3 s.',
  param: null,
  requestId: 'call_1',
  gatehouse: { code: 'rate_limit_exceeded', decision_id: 'dec_1' },
}
const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', domain: 'gatehouse' }

test.each([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [405, 'INVALID_ARGUMENT'],
  [413, 'INVALID_ARGUMENT'],
  [429, 'RESOURCE_EXHAUSTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])('a refusal of status %i has the name %s', (status, name) => {
  expect(JSON.parse(refusalBody({ ...refusal, status }))).toEqual({
    error: { code: status, message: 'Try again in 3 s.', status: name, details: [info], gatehouse: refusal.gatehouse },
  })
})

test('a field that is wrong is named where Google’s clients look for it', () => {
  const { error } = JSON.parse(refusalBody({ ...refusal, status: 400, param: 'contents' })) as { error: object }
  expect(error).toMatchObject({
    details: [info, { fieldViolations: [{ field: 'contents', description: refusal.message }] }],
  })
})

test('the time to wait is told where Google’s clients look for it', () => {
  const { error } = JSON.parse(refusalBody({ ...refusal, retryAfterSeconds: 3 })) as { error: { details: object[] } }
  expect(error.details).toEqual([info, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' }])
})

test('a failure inside a stream is an event like the others', () => {
  expect(streamError(refusal)).toMatch(/^data: \{"error":\{"code":429,.*\}\}\r\n\r\n$/)
})

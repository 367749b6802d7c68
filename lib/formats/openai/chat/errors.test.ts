import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isError, readError, readStreamError, writeError } from '#lib/formats/openai/chat/errors.ts'

describe("a provider's error", () => {
  test.each<[unknown, object]>([
    [
      {
        error: {
          message: 'Too long.',
          type: 'invalid_request_error',
          param: 'messages',
          code: 'context_length_exceeded',
        },
      },
      { message: 'Too long.', param: 'messages', code: 'context_length_exceeded' },
    ],
    [
      { error: { message: 'Slow.', type: 'rate_limit', param: null, code: null } },
      { message: 'Slow.', param: null, code: 'rate_limit' },
    ],
    [{ error: { message: 'No.', code: 400 } }, { message: 'No.', param: null, code: null }],
    [
      { object: 'error', message: 'No such model.', type: 'NotFoundError', param: null, code: 404 },
      { message: 'No such model.', param: null, code: 'NotFoundError' },
    ],
    [
      [{ error: { code: 400, message: 'Bad.', status: 'INVALID_ARGUMENT' } }],
      { message: 'Bad.', param: null, code: null },
    ],
    [{ error: 'model not found' }, { message: 'model not found', param: null, code: null }],
    [{ detail: 'Not authenticated' }, { message: 'Not authenticated', param: null, code: null }],
    [
      { detail: [{ loc: ['body'], msg: 'Field required', type: 'missing' }, { msg: 'Extra inputs' }] },
      { message: 'Field required Extra inputs', param: null, code: null },
    ],
    [undefined, { message: 'The provider answered with status 418.', param: null, code: null }],
    ['<html>', { message: '<html>', param: null, code: null }],
    [{}, { message: 'The provider answered with status 418.', param: null, code: null }],
  ])('%j is read', (body, error) => {
    expect(readError(418, body)).toEqual({ status: 418, ...error })
  })

  test('in a stream has the status that it names, else that of a failure', () => {
    expect(readStreamError({ error: { message: 'Slow.', code: 429 } }).status).toBe(429)
    expect(readStreamError({ error: { message: 'Slow.', code: 'x' } }).status).toBe(500)
    expect(readStreamError({ error: { message: 'Slow.', code: 7 } }).status).toBe(500)
  })

  test('is told from a chunk', () => {
    expect(isError({ error: { message: 'x' } })).toBe(true)
    expect(isError({ object: 'error', message: 'x' })).toBe(true)
    expect(isError({ error: null, choices: [] })).toBe(false)
    expect(isError({ choices: [] })).toBe(false)
  })

  test('is read whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => readError(500, body).message !== ''))
  })
})

test.each([
  [400, null, 'invalid_request_error'],
  [401, 'authentication_error', 'invalid_request_error'],
  [404, null, 'invalid_request_error'],
  [429, 'rate_limit_error', 'requests'],
  [429, 'insufficient_quota', 'insufficient_quota'],
  [500, 'api_error', 'server_error'],
  [529, 'overloaded_error', 'server_error'],
])('an error of status %i and code %s has type %s for the caller', (status, code, type) => {
  const error = { status, message: 'In their words.', param: 'max_tokens', code }
  expect(JSON.parse(writeError(error))).toEqual({
    error: { message: 'In their words.', type, param: 'max_tokens', code },
  })
})

import { describe, expect, test } from 'vitest'
import { openai } from '#lib/formats/openai/format.ts'
import { publicRefusal, refusalHeaders, refusalStatus, type Refusal } from '#lib/gateway/refusal.ts'

const callId = 'call_01jd8v7q2m3n4p5q6r7s8t9vwx'
const refusal: Refusal = {
  code: 'rate_limit_exceeded',
  message: 'Too much.',
  scope: { type: 'team', id: 'team_1', name: 'Search' },
  limit: 10,
  used: 10,
  unit: 'requests a minute',
  resetsAtMs: Date.parse('2026-11-21T12:00:00Z'),
  retryAfterSeconds: 6,
}

test('every code has the status that users and their scripts rely on', () => {
  expect(refusalStatus).toEqual({
    invalid_api_key: 401,
    key_revoked: 401,
    key_expired: 401,
    key_suspended: 401,
    key_pending_approval: 401,
    key_quarantined: 403,
    principal_disabled: 403,
    model_not_allowed: 403,
    provider_not_allowed: 403,
    endpoint_not_allowed: 403,
    tool_not_allowed: 403,
    region_not_allowed: 403,
    invalid_request_error: 400,
    unsupported_parameter: 400,
    request_too_large: 413,
    unsupported_media_type: 415,
    model_not_found: 404,
    unknown_url: 404,
    method_not_allowed: 405,
    rate_limit_exceeded: 429,
    token_limit_exceeded: 429,
    concurrency_limit_exceeded: 429,
    daily_quota_exceeded: 429,
    insufficient_quota: 429,
    idempotency_key_in_use: 409,
    idempotency_key_used: 409,
    idempotency_key_mismatch: 422,
    upstream_error: 502,
    upstream_timeout: 504,
    gateway_unavailable: 503,
  })
})

describe('what a caller reads of a refusal', () => {
  test('is OpenAI’s error with our facts beside it, and the way to the explanation', () => {
    expect(JSON.parse(openai.refusalBody(publicRefusal(refusal, callId, 'https://gate.example')))).toEqual({
      error: {
        message: 'Too much.',
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
        gatehouse: {
          code: 'rate_limit_exceeded',
          decision_id: 'dec_01jd8v7q2m3n4p5q6r7s8t9vwx',
          scope: { type: 'team', id: 'team_1', name: 'Search' },
          limit: 10,
          used: 10,
          unit: 'requests a minute',
          resets_at: '2026-11-21T12:00:00.000Z',
          help_url: 'https://gate.example/decisions/dec_01jd8v7q2m3n4p5q6r7s8t9vwx',
        },
      },
    })
  })

  test('names no fact that does not apply', () => {
    const { gatehouse } = publicRefusal({ code: 'invalid_api_key', message: 'x', resetsAtMs: null }, callId, '')
    expect(Object.keys(gatehouse)).toEqual(['code', 'decision_id', 'help_url'])
  })

  test.each([
    ['insufficient_quota', 'insufficient_quota'],
    ['token_limit_exceeded', 'tokens'],
    ['concurrency_limit_exceeded', 'requests'],
    ['gateway_unavailable', 'server_error'],
    ['upstream_timeout', 'server_error'],
    ['key_revoked', 'invalid_request_error'],
    ['model_not_found', 'invalid_request_error'],
  ] as const)('%s has the type %s, which SDKs know', (code, type) => {
    expect(JSON.parse(openai.refusalBody(publicRefusal({ code, message: 'x' }, callId, '')))).toMatchObject({
      error: { type, code },
    })
  })

  test('inside a stream is one event, and no end', () => {
    const event = openai.streamError(publicRefusal(refusal, callId, ''), 'chat')
    expect(event).toMatch(/^data: \{"error":\{.*\}\}\n\n$/)
    expect(event).not.toContain('[DONE]')
  })

  test('tells SDKs when to come back, or to stop', () => {
    expect(refusalHeaders(refusal)).toEqual(['retry-after', '6'])
    expect(refusalHeaders({ ...refusal, final: true })).toEqual(['retry-after', '6', 'x-should-retry', 'false'])
    expect(refusalHeaders({ code: 'model_not_found', message: 'x' })).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { bedrockRequest, regionOf } from '#lib/providers/bedrock/request.ts'
import type { RequestFacts } from '#lib/providers/upstream-request.ts'
import { isSignedWith } from '#lib/testing/sigv4.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const facts: RequestFacts = {
  baseUrl: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
  operation: 'converse',
  upstreamModel: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  stream: false,
  credential: `AKIDEXAMPLE12345:${secret}`,
  caller: {
    'user-agent': 'aws-sdk',
    accept: 'text/event-stream',
    authorization: 'Bearer sk-gh-x',
    'x-amzn-bedrock-trace': 'ENABLED',
  },
  query: '',
  body: Buffer.from('{"messages":[]}'),
  nowMs: Date.UTC(2026, 10, 28, 9, 30),
}
const request = (differences: Partial<RequestFacts> = {}) => bedrockRequest({ ...facts, ...differences })

describe('the address of a call', () => {
  test.each([
    [{}, 'converse'],
    [{ stream: true }, 'converse-stream'],
    [{ operation: 'invoke' }, 'invoke'],
    [{ operation: 'invoke', stream: true }, 'invoke-with-response-stream'],
  ] as const)('for %j ends in %s', async (differences, action) => {
    const { origin, path } = await request(differences)
    expect(origin + path).toBe(`${facts.baseUrl}/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/${action}`)
  })

  test('holds a model’s name of any form in one part, and no region of a private endpoint', async () => {
    const { origin, path } = await request({
      baseUrl: 'https://bedrock.internal/aws/?region=eu-west-1',
      upstreamModel: "arn:aws:bedrock:eu-west-1:1234:application-inference-profile/a'b(c)",
    })
    expect(origin + path).toBe(
      'https://bedrock.internal/aws/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1234%3Aapplication-inference-profile%2Fa%27b%28c%29/converse',
    )
  })
})

describe('AWS keys', () => {
  test('sign the call as it is sent, at its time and for the region of the host', async () => {
    const { path, headers } = await request()
    expect(headers['x-amz-date']).toBe('20261128T093000Z')
    expect(headers.authorization).toContain('Credential=AKIDEXAMPLE12345/20261128/eu-central-1/bedrock/aws4_request')
    const sent = { path, headers, body: facts.body }
    expect(isSignedWith(secret, sent)).toBe(true)
    expect(isSignedWith(secret, { ...sent, path: path.replace('%3A', ':') })).toBe(false)
    expect(isSignedWith(secret, { ...sent, body: '{}' })).toBe(false)
    expect(isSignedWith('another', sent)).toBe(false)
  })

  test('of a session bring its token, signed too', async () => {
    const { path, headers } = await request({ credential: `ASIAEXAMPLE12345:${secret}:FwoGZX//token==` })
    expect(headers['x-amz-security-token']).toBe('FwoGZX//token==')
    expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-security-token/)
    expect(isSignedWith(secret, { path, headers, body: facts.body })).toBe(true)
  })

  test.each([
    ['https://bedrock-runtime.us-west-2.amazonaws.com', 'us-west-2'],
    ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['https://vpce-1-a.bedrock-runtime.eu-west-3.vpce.amazonaws.com', 'eu-west-3'],
    ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['https://bedrock.internal?region=ap-south-1', 'ap-south-1'],
    ['https://bedrock.internal', 'us-east-1'],
  ])('sign at %s for %s', (baseUrl, region) => {
    expect(regionOf(baseUrl)).toBe(region)
  })
})

test.each(['ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl', 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t'])(
  'the API key %s goes as a bearer, unsigned',
  async (credential) => {
    const { headers } = await request({ credential })
    expect(headers.authorization).toBe(`Bearer ${credential}`)
    expect(headers).not.toHaveProperty('x-amz-date')
  },
)

test('no header of the caller’s goes on but those that are named, and those of InvokeModel with it alone', async () => {
  const converse = await request({ credential: null })
  expect(converse.headers).toEqual({
    'content-type': 'application/json',
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'gatehouse',
  })
  const invoke = await request({ credential: null, operation: 'invoke', stream: true })
  expect(invoke.headers).toMatchObject({
    accept: 'application/vnd.amazon.eventstream',
    'x-amzn-bedrock-trace': 'ENABLED',
  })
})

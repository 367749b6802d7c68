import { describe, expect, test } from 'vitest'
import { geminiRequest } from '#lib/providers/gemini/request.ts'
import type { RequestFacts } from '#lib/providers/upstream-request.ts'

const facts: RequestFacts = {
  baseUrl: 'https://google.test/v1beta/',
  operation: 'generateContent',
  upstreamModel: 'gemini-2.5-flash',
  stream: false,
  credential: 'AIza-ours',
  caller: {},
  query: '',
  body: Buffer.from('{}'),
  nowMs: 0,
}
const path = (differences: Partial<RequestFacts>): string => geminiRequest({ ...facts, ...differences }).path

describe('the address of a call', () => {
  test.each([
    [{}, ':generateContent'],
    [{ operation: 'countTokens' }, ':countTokens'],
    [{ operation: 'embedContent' }, ':embedContent'],
    [{ operation: 'batchEmbedContents' }, ':batchEmbedContents'],
    [{ query: 'alt=sse' }, ':generateContent'],
    [{ stream: true }, ':streamGenerateContent'],
    [{ stream: true, query: 'key=sk-gh-x&alt=sse&fields=candidates' }, ':streamGenerateContent?alt=sse'],
    [{ stream: true, query: '%24alt=sse' }, ':streamGenerateContent?alt=sse'],
    [{ stream: true, query: 'alt=proto' }, ':streamGenerateContent'],
    // From another wire, which has events alone.
    [{ stream: true, query: null }, ':streamGenerateContent?alt=sse'],
  ] as const)('for %j ends in %s', (differences, end) => {
    expect(path(differences)).toBe(`/v1beta/models/gemini-2.5-flash${end}`)
  })

  test('holds the model’s name, whatever is in it', () => {
    expect(path({ upstreamModel: 'tuned/my model?x#:y' })).toBe(
      '/v1beta/models/tuned/my%20model%3Fx%23%3Ay:generateContent',
    )
  })
})

test('the provider gets its own key, and no header of the caller’s but those that are named', () => {
  const caller = {
    'x-goog-api-key': 'sk-gh-x',
    cookie: 'a=b',
    'x-goog-fieldmask': 'candidates',
    'x-server-timeout': '9',
  }
  const { headers } = geminiRequest({ ...facts, caller })
  expect(headers).toMatchObject({ 'x-goog-api-key': 'AIza-ours', 'x-server-timeout': '9' })
  expect(Object.keys(headers)).not.toContain('cookie')
  expect(Object.keys(headers)).not.toContain('x-goog-fieldmask')
  expect(geminiRequest({ ...facts, credential: null, caller }).headers).not.toHaveProperty('x-goog-api-key')
})

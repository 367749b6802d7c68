import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyFromCall } from '#lib/gateway/key-from-call.ts'
import { newKeyText } from '#lib/keys/rules/key-text.ts'

const key = newKeyText()
const other = newKeyText()

describe('the key of a call', () => {
  test.each([
    ['a bearer', { authorization: `Bearer ${key}` }, ''],
    ['a bearer in lower case', { authorization: `bearer ${key}` }, ''],
    ['a bearer with spaces around it', { authorization: `Bearer   ${key} ` }, ''],
    ['Anthropic’s header', { 'x-api-key': key }, ''],
    ['Azure’s header', { 'api-key': key }, ''],
    ['Gemini’s header', { 'x-goog-api-key': key }, ''],
    ['LiteLLM’s header', { 'x-litellm-api-key': key }, ''],
    ['LiteLLM’s header with its bearer', { 'x-litellm-api-key': `Bearer ${key}` }, ''],
    ['Bifrost’s header', { 'x-bf-vk': key }, ''],
    ['Portkey’s header', { 'x-portkey-api-key': key }, ''],
    ['Gemini’s query', {}, `key=${key}`],
    ['Gemini’s query among others', {}, `alt=sse&key=${key}&monkey=1`],
    ['a header beside a provider’s own bearer', { authorization: 'Bearer sk-proj-abc', 'x-bf-vk': key }, ''],
    ['a header beside basic authorization', { authorization: 'Basic eDp5', 'api-key': key }, ''],
    ['a header, before the query', { 'x-api-key': key }, `key=${other}`],
  ])('is found as %s', (_name, headers, query) => {
    expect(keyFromCall(headers, query)).toBe(key)
  })

  test.each([
    ['nothing', {}, ''],
    ['an empty bearer', { authorization: 'Bearer ' }, ''],
    ['the key as a basic user', { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }, ''],
    ['the key without a scheme', { authorization: key }, ''],
    ['a typo', { authorization: `Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}` }, ''],
    ['another product’s key', { authorization: 'Bearer sk-proj-0123456789abcdefghij' }, ''],
    ['a cookie', { cookie: `key=${key}` }, ''],
    ['another name in the query', {}, `apikey=${key}&monkey=${key}`],
    ['a broken escape in the query', {}, 'key=%E0%A4%A'],
    ['two keys in one header', { 'x-api-key': `${key}, ${key}` }, ''],
  ])('is not found in %s', (_name, headers, query) => {
    expect(keyFromCall(headers, query)).toBeNull()
  })

  test('is null for any text that is none, and nothing breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (header, query) => {
        expect(keyFromCall({ authorization: `Bearer ${header}`, 'x-api-key': header }, `key=${query}`)).toBeNull()
      }),
    )
  })
})

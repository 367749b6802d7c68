import { expect, test } from 'vitest'
import { isPinned } from '#lib/policy/rules/pinned-model.ts'

test.each([
  ['gpt-4o-2024-08-06', true],
  ['claude-sonnet-4-5-20250929', true],
  ['claude-sonnet-4-5@20250929', true],
  ['anthropic.claude-sonnet-4-5-20250929-v1:0', true],
  ['gpt-4-0613', true],
  ['gemini-2.0-flash-001', true],
  ['gemini-2.5-flash-preview-04-17', true],
  ['text-embedding-ada-002', true],
  ['gpt-4o', false],
  ['gpt-4o-latest', false],
  ['claude-sonnet-4-5', false],
  ['gpt-3.5-turbo-16k', false],
  ['llama-3.1-405b', false],
  ['', false],
])('%s names a version: %s', (name, pinned) => {
  expect(isPinned(name)).toBe(pinned)
})

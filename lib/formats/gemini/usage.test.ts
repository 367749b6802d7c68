import { expect, test } from 'vitest'
import { promptOf, tokensOf } from '#lib/formats/gemini/usage.ts'

test.each([
  ['a prompt alone', { promptTokenCount: 7, totalTokenCount: 7 }, { input: 7 }],
  ['an answer', { promptTokenCount: 7, candidatesTokenCount: 3 }, { input: 7, output: 3 }],
  [
    'thoughts, which are outside the candidates',
    { promptTokenCount: 7, candidatesTokenCount: 3, thoughtsTokenCount: 5 },
    { input: 7, output: 8, reasoning: 5 },
  ],
  ['thoughts alone', { promptTokenCount: 7, thoughtsTokenCount: 5 }, { input: 7, output: 5, reasoning: 5 }],
  [
    'what was cached, inside the prompt',
    { promptTokenCount: 7, cachedContentTokenCount: 4 },
    { input: 3, cached_read: 4 },
  ],
  ['what tools read, outside the prompt', { promptTokenCount: 7, toolUsePromptTokenCount: 40 }, { input: 47 }],
  [
    'sound, some of it cached',
    {
      promptTokenCount: 100,
      cachedContentTokenCount: 30,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 40 },
        { modality: 'AUDIO', tokenCount: 60 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
    },
    { input: 30, cached_read: 30, audio_input: 40 },
  ],
  [
    'an answer in sound and pictures',
    {
      promptTokenCount: 7,
      candidatesTokenCount: 100,
      candidatesTokensDetails: [
        { modality: 'AUDIO', tokenCount: 60 },
        { modality: 'IMAGE', tokenCount: 30 },
      ],
    },
    { input: 7, output: 10, audio_output: 60, image_output: 30 },
  ],
])('%s', (_what, usage, tokens) => expect(tokensOf(usage)).toEqual(tokens))

test.each([
  ['nothing', null],
  ['no prompt', { candidatesTokenCount: 3 }],
  ['a negative count', { promptTokenCount: -1 }],
  ['half a token', { promptTokenCount: 1.5 }],
  ['more than anybody has', { promptTokenCount: 1, thoughtsTokenCount: 1_000_000_001 }],
  ['more cached than there was', { promptTokenCount: 1, cachedContentTokenCount: 2 }],
  ['more sound than there was', { promptTokenCount: 1, promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 2 }] }],
  [
    'more pictures than there were',
    { promptTokenCount: 1, candidatesTokenCount: 1, candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 2 }] },
  ],
])('%s is no usage', (_what, usage) => expect(tokensOf(usage)).toBeNull())

test('of a whole usage the prompt is what went in', () => {
  expect(promptOf({ input: 3, cached_read: 4, output: 8, reasoning: 5, audio_output: 1, image_output: 1 })).toEqual({
    input: 3,
    cached_read: 4,
  })
})

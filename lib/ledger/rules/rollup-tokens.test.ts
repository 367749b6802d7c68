import { describe, expect, test } from 'vitest'
import { rollupTokens } from '#lib/ledger/rules/rollup-tokens.ts'

describe('token counts of a rollup', () => {
  test.each([
    ['plain text', { input: 12, output: 5 }, [12, 0, 5]],
    ['nothing', {}, [0, 0, 0]],
    ['a cache read is neither input nor output', { input: 2, cached_read: 100, output: 1 }, [2, 100, 1]],
    ['cache writes were sent as a prompt', { input: 2, cache_write_5m: 30, cache_write_1h: 4 }, [36, 0, 0]],
    ['reasoning is contained in output', { input: 1, output: 50, reasoning: 40 }, [1, 0, 50]],
    ['audio and pictures in tokens', { audio_input: 3, image_input: 4, audio_output: 5, image_output: 6 }, [7, 0, 11]],
    ['what is no token', { images: 2, seconds: 12.5, characters: 900, tool_calls: 3 }, [0, 0, 0]],
    ['an adjustment takes away', { input: -12, output: -3 }, [-12, 0, -3]],
  ])('%s', (_title, tokens, [inputTokens, cachedTokens, outputTokens]) => {
    expect(rollupTokens(tokens)).toEqual({ inputTokens, cachedTokens, outputTokens })
  })
})

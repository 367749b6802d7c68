import { describe, expect, test } from 'vitest'
import { thinkingConfigOf } from '#lib/formats/gemini/exchange/thinking.ts'
import type { Effort, NeutralRequest } from '#lib/formats/neutral.ts'

const nothing: NeutralRequest = { stream: false, system: [], turns: [], tools: [], named: {}, leftOut: [] }
const config = (request: Partial<NeutralRequest>, model = 'gemini-2.5-flash') =>
  thinkingConfigOf({ ...nothing, ...request }, model)
const notCarried = (param: string): object => expect.objectContaining({ param }) as object

describe('thinking', () => {
  const effort = (of: Effort) => ({ kind: 'effort', effort: of }) as const
  test.each([
    ['gemini-2.5-flash', { kind: 'off' }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', { kind: 'adaptive' }, { thinkingBudget: -1 }],
    ['gemini-2.5-flash', { kind: 'budget', tokens: 512 }, { thinkingBudget: 512 }],
    ['gemini-2.5-flash', effort('minimal'), { thinkingBudget: 1_024 }],
    ['gemini-2.5-flash', effort('medium'), { thinkingBudget: 8_192 }],
    ['gemini-2.5-flash', effort('max'), { thinkingBudget: 24_576 }],
    ['gemini-2.5-pro', effort('max'), { thinkingBudget: 32_768 }],
    ['gemini-3-flash-preview', effort('minimal'), { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.1-pro', effort('minimal'), { thinkingLevel: 'LOW' }],
    ['gemini-2.5-pro', effort('xhigh'), { thinkingBudget: 32_768 }],
    ['gemini-3.1-pro', effort('xhigh'), { thinkingLevel: 'HIGH' }],
    ['gemini-3.1-pro', effort('max'), { thinkingLevel: 'HIGH' }],
    ['gemini-3.1-pro', { kind: 'adaptive' }, null],
    ['gemini-3.1-pro', { kind: 'budget', tokens: 512 }, { thinkingBudget: 512 }],
    ['gemini-flash-latest', effort('low'), { thinkingLevel: 'LOW' }],
    ['gemini-2.0-flash', { kind: 'off' }, null],
  ] as const)('of %s: %j', (model, reasoning, thinkingConfig) => {
    expect(config({ reasoning }, model)).toEqual(thinkingConfig)
  })

  test.each([
    ['gemini-2.5-pro', { kind: 'off' }],
    ['gemini-3-flash', { kind: 'off' }],
    ['gemini-2.0-flash', effort('low')],
  ] as const)('of %s cannot be %j', (model, reasoning) => {
    const named = { reasoning: 'reasoning_effort' }
    expect(() => config({ reasoning, named }, model)).toThrow(notCarried('reasoning_effort'))
  })

  test('is shown where it is asked for and there is any', () => {
    expect(config({ showThinking: true })).toEqual({ includeThoughts: true })
    expect(config({ showThinking: false })).toBeNull()
    expect(config({ showThinking: true }, 'gemini-2.0-flash')).toBeNull()
  })
})

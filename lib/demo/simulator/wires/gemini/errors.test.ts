import { describe, expect, test } from 'vitest'
import {
  calling,
  clock,
  lastCall,
  model,
  post,
  refusal,
  said,
  simulator,
  startOf,
  startSimulatorForTests,
  streamed,
  weather,
} from '#lib/testing/gemini-simulator.ts'

startSimulatorForTests()

describe('errors', () => {
  test.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ABORTED'],
    [418, 'INVALID_ARGUMENT'],
    [429, 'RESOURCE_EXHAUSTED'],
    [499, 'CANCELLED'],
    [500, 'INTERNAL'],
    [501, 'UNIMPLEMENTED'],
    [502, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ])('error=%i is %s, plain and streamed, and bills nothing', async (code, status) => {
    const text = `@sim in=50 error=${code} retry_after=7`
    for (const answer of [await post(`/models/${model}:generateContent`, said(text)), await streamed(text)]) {
      expect(answer.status).toBe(code)
      expect(answer.headers.get('retry-after')).toBe('7')
      expect(await answer.json()).toEqual({ error: { code, message: expect.any(String), status } })
      expect(await lastCall()).toMatchObject({ finished: 'error', model, usage: { total_tokens: 0 } })
    }
  })

  const contents = said('hi').contents
  const part = (value: unknown) => ({ contents: [{ parts: [{ text: 'hi' }, value] }] })
  const config = (generationConfig: unknown) => ({ contents, generationConfig })
  const declaring = (...functionDeclarations: readonly unknown[]) => ({ contents, tools: [{ functionDeclarations }] })
  const callingAt = 'toolConfig.functionCallingConfig'

  test.each<[string, unknown, string]>([
    ['not JSON', '{"contents":', 'The body of your request'],
    ['no body', '', 'The body of your request'],
    ['an array', '[]', 'The request'],
    ['null', 'null', 'The request'],
    ['an unknown field', { contents, messages: [] }, 'The request'],
    ['no contents', {}, 'contents'],
    ['empty contents', { contents: [] }, 'contents'],
    ['contents of text', { contents: 'hi' }, 'contents'],
    ['a content of text', { contents: ['hi'] }, 'contents[0]'],
    ['an unknown role', { contents: [{ role: 'assistant', parts: [{ text: 'hi' }] }] }, 'contents[0].role'],
    ['no parts', { contents: [{ role: 'user' }] }, 'contents[0].parts'],
    ['empty parts', { contents: [{ role: 'user', parts: [] }] }, 'contents[0].parts'],
    ['an unknown field of a content', { contents: [{ content: 'hi', parts: [{ text: 'hi' }] }] }, 'contents[0]'],
    ['an empty part', part({}), 'contents[0].parts[1]'],
    ['a part of two kinds', part({ text: 'hi', functionCall: { name: 'f' } }), 'contents[0].parts[1]'],
    ['an unknown kind of part', part({ image_url: 'x' }), 'contents[0].parts[1]'],
    ['a text of a number', part({ text: 5 }), 'contents[0].parts[1].text'],
    ['data without a type', part({ inlineData: { data: 'AA' } }), 'contents[0].parts[1].inlineData.mimeType'],
    ['data without data', part({ inline_data: { mime_type: 'a/b' } }), 'contents[0].parts[1].inlineData.data'],
    ['a file without an address', part({ fileData: { mimeType: 'a/b' } }), 'contents[0].parts[1].fileData.fileUri'],
    ['a call without a name', part({ functionCall: { args: {} } }), 'contents[0].parts[1].functionCall.name'],
    ['a call with a text', part({ functionCall: { name: 'f', args: '{}' } }), 'contents[0].parts[1].functionCall.args'],
    [
      'a response with a text',
      part({ functionResponse: { name: 'f', response: 'noon' } }),
      'contents[0].parts[1].functionResponse.response',
    ],
    ['an instruction of text', { contents, systemInstruction: 'be brief' }, 'systemInstruction'],
    ['an empty instruction', { contents, system_instruction: { parts: [] } }, 'systemInstruction.parts'],
    ['a configuration of text', config('hot'), 'generationConfig'],
    ['an unknown setting', config({ max_tokens: 5 }), 'generationConfig'],
    ['a maximum of 0', config({ maxOutputTokens: 0 }), 'generationConfig.maxOutputTokens'],
    ['a maximum of text', config({ max_output_tokens: 'five' }), 'generationConfig.maxOutputTokens'],
    ['no candidates', config({ candidateCount: 0 }), 'generationConfig.candidateCount'],
    ['nine candidates', config({ candidateCount: 9 }), 'generationConfig.candidateCount'],
    ['too much heat', config({ temperature: 2.5 }), 'generationConfig.temperature'],
    ['six stop sequences', config({ stopSequences: [...'abcdef'] }), 'generationConfig.stopSequences'],
    ['a stop sequence of its own', config({ stopSequences: 'a' }), 'generationConfig.stopSequences'],
    ['an unknown form', config({ responseMimeType: 'image/png' }), 'generationConfig.responseMimeType'],
    ['a schema of plain text', config({ responseSchema: { type: 'STRING' } }), 'generationConfig.responseSchema'],
    [
      'two schemas',
      config({ responseMimeType: 'application/json', responseSchema: {}, responseJsonSchema: {} }),
      'generationConfig',
    ],
    [
      'half a thought',
      config({ thinkingConfig: { thinkingBudget: 0.5 } }),
      'generationConfig.thinkingConfig.thinkingBudget',
    ],
    [
      'thoughts of text',
      config({ thinkingConfig: { includeThoughts: 'yes' } }),
      'generationConfig.thinkingConfig.includeThoughts',
    ],
    [
      'two amounts of thinking',
      config({ thinkingConfig: { thinkingBudget: 5, thinkingLevel: 'LOW' } }),
      'generationConfig.thinkingConfig',
    ],
    ['a tool of another API', { contents, tools: [{ type: 'function', function: clock }] }, 'tools[0]'],
    ['a function without a name', declaring({ description: 'x' }), 'tools[0].functionDeclarations[0].name'],
    ['a function with a bad name', declaring(clock, { name: 'get time' }), 'tools[0].functionDeclarations[1].name'],
    [
      'two schemas of a function',
      declaring({ ...weather, parametersJsonSchema: {} }),
      'tools[0].functionDeclarations[0]',
    ],
    ['one function twice', declaring(clock, clock), 'tools declare'],
    ['an unknown mode', { ...declaring(clock), ...calling({ mode: 'required' }) }, `${callingAt}.mode`],
    ['ANY function of none', { contents, ...calling({ mode: 'ANY' }) }, `${callingAt}.mode`],
    [
      'allowed functions in mode AUTO',
      { ...declaring(clock), ...calling({ allowedFunctionNames: ['get_time'] }) },
      `${callingAt}.allowedFunctionNames`,
    ],
    [
      'an allowed function that is not declared',
      { ...declaring(clock), ...calling({ mode: 'ANY', allowedFunctionNames: ['f'] }) },
      `${callingAt}.allowedFunctionNames`,
    ],
  ])('%s is refused with a 400 that names the place', async (_what, body, place) => {
    expect(await refusal(await post(`/models/${model}:generateContent`, body))).toMatch(startOf(place))
    expect(await lastCall()).toMatchObject({ finished: 'error', usage: { total_tokens: 0 } })
  })

  test.each<[string, unknown, string]>([
    ['nothing', {}, 'contents'],
    ['both', { contents, generateContentRequest: { contents } }, 'The request'],
    ['an empty request', { generateContentRequest: {} }, 'generateContentRequest.contents'],
    ['a system instruction beside the contents', { contents, systemInstruction: {} }, 'The request'],
  ])('counting %s is refused', async (_what, body, place) => {
    expect(await refusal(await post(`/models/${model}:countTokens`, body))).toMatch(startOf(place))
  })

  test.each([
    ['POST', '/nothing'],
    ['POST', `/models/${model}`],
    ['POST', '/models'],
    ['POST', `/models/${model}:predict`],
    ['POST', `/models/${model}:toString`],
    ['POST', '/models/:generateContent'],
    ['POST', '/models/%E0%A4%A'],
    ['GET', `/models/${model}:generateContent`],
    ['DELETE', `/models/${model}`],
  ])('%s %s is not there', async (method, path) => {
    const answer = await fetch(`${simulator.url}/gemini/v1beta${path}`, { method })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: { code: 404, message: expect.any(String), status: 'NOT_FOUND' } })
    expect(simulator.totals().calls).toBe(0)
  })
})

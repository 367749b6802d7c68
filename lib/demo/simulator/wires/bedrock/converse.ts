/** `POST /model/{model}/converse` and `…/converse-stream`: Bedrock's one wire for every maker's models. */
import { answerText, TOKENS_PER_SENTENCE, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import { argumentsText, escaped, spreadText, type ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest } from '#lib/demo/simulator/wires/anthropic/request.ts'
import { readConversation } from '#lib/demo/simulator/wires/bedrock/conversation.ts'
import { errorBody } from '#lib/demo/simulator/wires/bedrock/errors.ts'
import { FRAMES_TYPE, namedFrames } from '#lib/demo/simulator/wires/bedrock/frames.ts'
import { formedText } from '#lib/demo/simulator/wires/bedrock/output-format.ts'

export function readConverse(request: unknown, model: string, isStream: boolean): CallRead {
  try {
    const { steering, promptTokens, maximum, tool, ttl } = readConversation(request)
    const generation = planGeneration({ steering, promptTokens, choices: 1, maximum })
    const answered: Answered = {
      steering,
      generation,
      tool: generation.visible > 0 ? tool : null,
      formed: formedText(request),
      ttl,
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        body: (identity) => converseBody(answered, identity),
        script: isStream ? (identity) => converseScript(answered, identity) : null,
        scriptType: FRAMES_TYPE,
        encode: namedFrames,
      },
    }
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error
    return { kind: 'invalid', model, body: errorBody(400, error.message) }
  }
}

type Answered = {
  readonly steering: Steering
  readonly generation: Generation
  readonly tool: ToolUse | null
  /** The JSON that the caller's schema asks for. */
  readonly formed: string | null
  /** How long what is written to the cache is kept. */
  readonly ttl: '5m' | '1h'
}

function converseBody(answered: Answered, { id }: CallIdentity): string {
  const { tool, generation } = answered
  const { reasoning, visible, withheld } = generation
  const blocks: string[] = []
  if (reasoning > 0) {
    blocks.push(
      `{"reasoningContent":{"reasoningText":{"text":"${thinkingText(answered, 0, reasoning)}","signature":"${signature}"}}}`,
    )
  }
  // Arguments that the maximum has torn are no JSON, so a body in one piece cannot show them.
  if (visible > 0 && tool) blocks.push(`{"toolUse":${toolUse(tool, id, withheld > 0 ? '{}' : tool.arguments)}}`)
  else if (visible > 0) blocks.push(`{"text":"${textOf(answered, 0, visible)}"}`)
  return `{"metrics":{"latencyMs":1},"output":{"message":{"content":[${blocks.join(',')}],"role":"assistant"}},"stopReason":"${stopReason(answered)}"${usageMember(answered)}}`
}

function converseScript(answered: Answered, { id }: CallIdentity): StreamScript {
  const { tool, generation } = answered
  const { reasoning, visible } = generation
  const index = reasoning > 0 ? 1 : 0
  const start = tool
    ? event('contentBlockStart', `"contentBlockIndex":${index},"start":{"toolUse":${toolUse(tool, id)}}`)
    : ''
  return {
    open: event('messageStart', '"role":"assistant"') + (reasoning > 0 ? thinkingEvents(answered) : '') + start,
    events: tool
      ? (from, to) => delta(index, `"toolUse":{"input":"${argumentsText(tool, generation, from, to)}"}`)
      : (from, to) => delta(index, `"text":"${textOf(answered, from, to)}"`),
    close:
      (visible > 0 ? event('contentBlockStop', `"contentBlockIndex":${index}`) : '') +
      event('messageStop', `"stopReason":"${stopReason(answered)}"`) +
      event('metadata', `"metrics":{"latencyMs":1}${usageMember(answered)}`),
  }
}

/** All of the thinking, a sentence a delta: it comes at once, before anything that is paced. */
function thinkingEvents(answered: Answered): string {
  const { reasoning } = answered.generation
  let events = ''
  for (let from = 0; from < reasoning; from += TOKENS_PER_SENTENCE) {
    const text = thinkingText(answered, from, Math.min(from + TOKENS_PER_SENTENCE, reasoning))
    events += delta(0, `"reasoningContent":{"text":"${text}"}`)
  }
  return (
    events +
    delta(0, `"reasoningContent":{"signature":"${signature}"}`) +
    event('contentBlockStop', '"contentBlockIndex":0')
  )
}

/** What was read from the cache and written to it is apart from the rest of the prompt. */
function usageMember({ steering, generation, ttl }: Answered): string {
  if (steering.usage === 'none') return ''
  const { prompt, cached, cacheWrite, reasoning, visible } = generation
  const output = reasoning + visible
  const details = cacheWrite > 0 ? `,"cacheDetails":[{"inputTokens":${cacheWrite},"ttl":"${ttl}"}]` : ''
  return `,"usage":{"cacheReadInputTokens":${cached},"cacheWriteInputTokens":${cacheWrite}${details},"inputTokens":${prompt - cached - cacheWrite},"outputTokens":${output},"totalTokens":${prompt + output}}`
}

function stopReason({ generation, tool }: Answered): string {
  if (generation.withheld > 0) return 'max_tokens'
  return tool ? 'tool_use' : 'end_turn'
}

/** `input` is JSON; a stream's block begins without it. */
function toolUse({ name }: ToolUse, id: string, input?: string): string {
  return `{${input === undefined ? '' : `"input":${input},`}"name":${JSON.stringify(name)},"toolUseId":"tooluse_${id}"}`
}

function textOf({ steering, generation, formed }: Answered, from: number, to: number): string {
  if (formed !== null) return escaped(spreadText(formed, generation, from, to))
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(0, from, to)
}

/** Begins with another sentence than the answer, so that nobody takes the one for the other. */
function thinkingText({ steering }: Answered, from: number, to: number): string {
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(1, from, to)
}

const signature = Buffer.from('simulated thinking').toString('base64')

function event(name: string, members: string): string {
  return `event: ${name}\ndata: {${members}}\n\n`
}

function delta(index: number, member: string): string {
  return event('contentBlockDelta', `"contentBlockIndex":${index},"delta":{${member}}`)
}

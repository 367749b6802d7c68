/**
 * `POST /v1/messages`: what the request asks for, and Anthropic's bodies and events for the answer.
 *
 * An answer is one block, text or a tool's use, behind a block of thinking when there is any. What has no tokens
 * has no block. Bodies are put together from strings, as those of the other wires are, for speed.
 */
import { answerText, TOKENS_PER_SENTENCE, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import { argumentsText, escaped, spreadText, type ToolUse } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { formedText } from '#lib/demo/simulator/wires/anthropic/output-format.ts'
import { readPrompt } from '#lib/demo/simulator/wires/anthropic/prompt.ts'
import { readFlag, readMaximum, readModel, readRequest } from '#lib/demo/simulator/wires/anthropic/request.ts'
import { chooseTool } from '#lib/demo/simulator/wires/anthropic/tools.ts'
import { asksForAnHour, messageUsage, promptUsage, thinkingUsage } from '#lib/demo/simulator/wires/anthropic/usage.ts'

export function readMessages(request: unknown, id: string): CallRead {
  return readRequest(request, id, (members) => {
    const model = readModel(members)
    const maximum = readMaximum(members)
    const { messages, steering, promptTokens } = readPrompt(members)
    const isStream = readFlag(members, 'stream')
    const generation = planGeneration({ steering, promptTokens, choices: 1, maximum })
    const message: Answered = {
      model,
      steering,
      generation,
      tool: generation.visible > 0 ? chooseTool(members, messages, steering) : null,
      formed: formedText(members),
      writesForAnHour: generation.cacheWrite > 0 && asksForAnHour(members, messages),
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        body: (identity) => messageBody(message, identity),
        script: isStream ? (identity) => messageScript(message, identity) : null,
      },
    }
  })
}

type Answered = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  readonly tool: ToolUse | null
  /** The JSON that the caller wants as the answer. */
  readonly formed: string | null
  readonly writesForAnHour: boolean
}

function messageBody(message: Answered, { id }: CallIdentity): string {
  const { reasoning, visible } = message.generation
  const blocks: string[] = []
  if (reasoning > 0) blocks.push(thinkingBlock(thinkingText(message, 0, reasoning), signatureOf(reasoning)))
  if (visible > 0) blocks.push(answerBlock(message, id))
  return messageObject(message, id, {
    content: blocks.join(','),
    stopReason: `"${stopReason(message)}"`,
    outputTokens: reasoning + visible,
  })
}

function messageScript(message: Answered, { id }: CallIdentity): StreamScript {
  const { generation, tool } = message
  const { reasoning, visible } = generation
  const answerIndex = reasoning > 0 ? 1 : 0
  const deltaOf = tool
    ? (from: number, to: number) => `"input_json_delta","partial_json":"${argumentsText(tool, generation, from, to)}"`
    : (from: number, to: number) => `"text_delta","text":"${textOf(message, from, to)}"`
  const start = messageObject(message, id, {
    content: '',
    stopReason: 'null',
    // The first token is counted when the message begins.
    outputTokens: Math.min(1, reasoning + visible),
  })
  return {
    open:
      event('message_start', `"message":${start}`) +
      (reasoning > 0 ? thinkingEvents(message) : '') +
      (visible > 0 ? blockStart(answerIndex, tool ? toolBlock(tool, id, '{}') : textBlock('')) : ''),
    events: (from, to) => blockDelta(answerIndex, deltaOf(from, to)),
    close:
      (visible > 0 ? blockStop(answerIndex) : '') +
      event('message_delta', messageDelta(message)) +
      event('message_stop'),
  }
}

type MessageState = { readonly content: string; readonly stopReason: string; readonly outputTokens: number }

function messageObject(message: Answered, id: string, { content, stopReason, outputTokens }: MessageState): string {
  const { steering, generation, writesForAnHour } = message
  const usage = steering.usage === 'none' ? '' : `,"usage":${messageUsage(generation, outputTokens, writesForAnHour)}`
  return `{"id":"msg_${id}","type":"message","role":"assistant","model":${JSON.stringify(message.model)},"content":[${content}],"stop_reason":${stopReason},"stop_sequence":null${usage}}`
}

/** Its usage replaces the one that the stream began with: it is the whole message's, and not what is added. */
function messageDelta(message: Answered): string {
  const { steering, generation } = message
  const outputTokens = generation.reasoning + generation.visible
  const usage =
    steering.usage === 'none'
      ? ''
      : `,"usage":{${promptUsage(generation)},"output_tokens":${outputTokens}${thinkingUsage(generation, outputTokens)}}`
  return `"delta":{"stop_reason":"${stopReason(message)}","stop_sequence":null}${usage}`
}

function stopReason({ generation, tool }: Answered): string {
  if (generation.withheld > 0) return 'max_tokens'
  return tool ? 'tool_use' : 'end_turn'
}

/** The whole block of thinking, a sentence a delta: it comes at once, before anything that is paced. */
function thinkingEvents(message: Answered): string {
  const { reasoning } = message.generation
  let events = blockStart(0, thinkingBlock('', ''))
  for (let from = 0; from < reasoning; from += TOKENS_PER_SENTENCE) {
    const text = thinkingText(message, from, Math.min(from + TOKENS_PER_SENTENCE, reasoning))
    events += blockDelta(0, `"thinking_delta","thinking":"${text}"`)
  }
  return events + blockDelta(0, `"signature_delta","signature":"${signatureOf(reasoning)}"`) + blockStop(0)
}

function answerBlock(message: Answered, id: string): string {
  const { tool, generation } = message
  if (!tool) return textBlock(textOf(message, 0, generation.visible))
  // Arguments that the maximum has torn are no JSON, so a body in one piece cannot show them.
  return toolBlock(tool, id, generation.withheld > 0 ? '{}' : tool.arguments)
}

function textBlock(text: string): string {
  return `{"type":"text","text":"${text}"}`
}

function thinkingBlock(text: string, signature: string): string {
  return `{"type":"thinking","thinking":"${text}","signature":"${signature}"}`
}

/** `input` is JSON. */
function toolBlock(tool: ToolUse, id: string, input: string): string {
  return `{"type":"tool_use","id":"toolu_${id}","name":${JSON.stringify(tool.name)},"input":${input}}`
}

function textOf({ steering, generation, formed }: Answered, from: number, to: number): string {
  if (formed !== null) return escaped(spreadText(formed, generation, from, to))
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(0, from, to)
}

/** Begins with another sentence than the answer, so that nobody takes the one for the other. */
function thinkingText({ steering }: Answered, from: number, to: number): string {
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(1, from, to)
}

/** Opaque to callers, who hand it back with the thinking. */
function signatureOf(reasoning: number): string {
  return Buffer.from(`simulated thinking, ${reasoning} tokens`).toString('base64')
}

function event(type: string, members = ''): string {
  return `event: ${type}\ndata: {"type":"${type}"${members === '' ? '' : ','}${members}}\n\n`
}

const PING = event('ping')

/** A ping follows the first one. */
function blockStart(index: number, block: string): string {
  return event('content_block_start', `"index":${index},"content_block":${block}`) + (index === 0 ? PING : '')
}

/** `delta` begins with the value of its type. */
function blockDelta(index: number, delta: string): string {
  return event('content_block_delta', `"index":${index},"delta":{"type":${delta}}`)
}

function blockStop(index: number): string {
  return event('content_block_stop', `"index":${index}`)
}

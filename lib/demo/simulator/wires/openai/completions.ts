/**
 * `POST /completions`: text that goes on from a prompt. The last prompt may begin with `@sim`. A prompt's tokens are
 * ceil(bytes ÷ 4), or its length when it comes as tokens.
 */
import { answerText, BYTES_PER_TOKEN, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import type { Members } from '#lib/demo/simulator/rules/members.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { readSteering, type Steering } from '#lib/demo/simulator/rules/steering.ts'
import { escaped } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import {
  InvalidRequest,
  readFlag,
  readIncludeUsage,
  readInteger,
  readModel,
  readRequest,
} from '#lib/demo/simulator/wires/openai/request.ts'
import { isTokens } from '#lib/demo/simulator/wires/openai/tokens.ts'
import { usageOf } from '#lib/demo/simulator/wires/openai/usage.ts'

const MAX_CHOICES = 128
const MAX_BEST_OF = 20
/** What the API gives when the caller names no maximum. */
const DEFAULT_MAXIMUM = 16

export function readCompletion(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const { prompts, steering, promptTokens } = readPrompts(members)
    const isStream = readFlag(members, 'stream')
    const includesUsage = readIncludeUsage(members, isStream)
    const each = readInteger(members, 'n', [1, MAX_CHOICES]) ?? 1
    const bestOf = readBestOf(members, each, isStream)
    const completion: Completion = {
      model,
      steering,
      includesUsage,
      // All that were generated are billed, also those that were not the best.
      generation: planGeneration({
        steering,
        promptTokens,
        choices: prompts.length * bestOf,
        maximum: readInteger(members, 'max_tokens', [0, Number.MAX_SAFE_INTEGER]) ?? DEFAULT_MAXIMUM,
      }),
      echoes: readFlag(members, 'echo') ? prompts.flatMap((prompt) => Array<Prompt>(each).fill(prompt)) : null,
      choices: prompts.length * each,
    }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation: completion.generation,
        body: (identity) => completionBody(completion, identity),
        script: isStream ? (identity) => completionScript(completion, identity) : null,
      },
    }
  })
}

type Prompt = string | readonly number[]

type Completion = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  readonly includesUsage: boolean
  /** The prompt of each choice, where the caller wants it before the text. */
  readonly echoes: readonly Prompt[] | null
  readonly choices: number
}

function readPrompts({ prompt }: Members): { prompts: Prompt[]; steering: Steering; promptTokens: number } {
  const prompts: unknown[] = Array.isArray(prompt) && !isTokens(prompt) ? [...prompt] : [prompt ?? '<|endoftext|>']
  if (prompts.length === 0 || !prompts.every(isPrompt)) {
    throw new InvalidRequest({
      message: "'prompt' must be a text, an array of tokens, or an array of them.",
      param: 'prompt',
    })
  }
  const last = prompts.at(-1)!
  const { steering, textStart } = readSteering(typeof last === 'string' ? last : '')
  if (typeof last === 'string') prompts[prompts.length - 1] = last.slice(textStart)
  return { prompts, steering, promptTokens: prompts.reduce((sum, one) => sum + tokensOf(one), 0) }
}

function isPrompt(value: unknown): value is Prompt {
  return typeof value === 'string' || isTokens(value)
}

function tokensOf(prompt: Prompt): number {
  return typeof prompt === 'string' ? Math.ceil(Buffer.byteLength(prompt) / BYTES_PER_TOKEN) : prompt.length
}

function readBestOf(members: Members, each: number, isStream: boolean): number {
  const bestOf = readInteger(members, 'best_of', [1, MAX_BEST_OF]) ?? each
  if (bestOf >= each && !(isStream && bestOf > each)) return bestOf
  throw new InvalidRequest({
    message: "'best_of' must be at least 'n', and cannot be more in a stream.",
    param: 'best_of',
  })
}

function completionBody(completion: Completion, { id, createdSeconds }: CallIdentity): string {
  const { generation, choices, steering } = completion
  let list = ''
  for (let choice = 0; choice < choices; choice++) {
    if (choice > 0) list += ','
    const text = echoOf(completion, choice) + textOf(completion, choice, 0, generation.visible)
    list += choiceOf(choice, text, finishReason(completion))
  }
  const usage = steering.usage === 'none' ? '' : `,"usage":${usageOf(generation)}`
  return `{"id":"cmpl-${id}","object":"text_completion","created":${createdSeconds},"model":${JSON.stringify(completion.model)},"choices":[${list}]${usage}}`
}

function completionScript(completion: Completion, { id, createdSeconds }: CallIdentity): StreamScript {
  const head = `data: {"id":"cmpl-${id}","object":"text_completion","created":${createdSeconds},"model":${JSON.stringify(completion.model)},"choices":[`
  const tail = completion.includesUsage ? '],"usage":null}\n\n' : ']}\n\n'

  /** One event for each choice. */
  function eachChoice(textAt: (choice: number) => string, reason: string): string {
    let events = ''
    for (let choice = 0; choice < completion.choices; choice++) {
      events += `${head}${choiceOf(choice, textAt(choice), reason)}${tail}`
    }
    return events
  }

  const closingUsage = completion.includesUsage && completion.steering.usage !== 'none'
  return {
    open: completion.echoes ? eachChoice((choice) => echoOf(completion, choice), 'null') : '',
    events: (from, to) => eachChoice((choice) => textOf(completion, choice, from, to), 'null'),
    close: `${eachChoice(() => '', finishReason(completion))}${closingUsage ? `${head}],"usage":${usageOf(completion.generation)}}\n\n` : ''}data: [DONE]\n\n`,
  }
}

function choiceOf(index: number, text: string, finishReason: string): string {
  return `{"text":"${text}","index":${index},"logprobs":null,"finish_reason":${finishReason}}`
}

function finishReason({ generation }: Completion): string {
  return generation.withheld > 0 ? '"length"' : '"stop"'
}

function textOf({ steering }: Completion, choice: number, from: number, to: number): string {
  return steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(choice, from, to)
}

/** Tokens have no text here, so they are echoed as their numbers. */
function echoOf({ echoes }: Completion, choice: number): string {
  const prompt = echoes?.[choice] ?? ''
  return escaped(typeof prompt === 'string' ? prompt : prompt.join(' '))
}

/**
 * `:generateContent` and `:streamGenerateContent`: what the request asks for, and Gemini's answers in one piece,
 * as events, and as an array of the same chunks.
 *
 * Bodies are put together from strings and not by JSON.stringify, which would cost more than the rest of the
 * call. Only the names of models and functions need escaping; the answer's text has nothing to escape.
 */
import { answerText, wideAnswerText } from '#lib/demo/simulator/rules/answer-text.ts'
import type { Generation } from '#lib/demo/simulator/rules/plan-generation.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import { escaped, spreadText } from '#lib/demo/simulator/rules/tool-use.ts'
import type { CallIdentity, CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { type Content, readContent, readContents, weighPrompt } from '#lib/demo/simulator/wires/gemini/contents.ts'
import { readGenerationConfig } from '#lib/demo/simulator/wires/gemini/generation-config.ts'
import { planGemini } from '#lib/demo/simulator/wires/gemini/plan.ts'
import { fieldNames, type Fields, readFields, readRequest } from '#lib/demo/simulator/wires/gemini/request.ts'
import { chooseFunction, type FunctionUse } from '#lib/demo/simulator/wires/gemini/tools.ts'

export type Form = 'plain' | 'events' | 'array'

export const GENERATE_REQUEST = fieldNames(
  'model',
  'contents',
  'systemInstruction',
  'generationConfig',
  'tools',
  'toolConfig',
  'safetySettings',
  'cachedContent',
  'serviceTier',
  'store',
)

export function readGenerateContent(request: unknown, model: string, form: Form): CallRead {
  return readRequest(model, () => {
    const fields = readFields(request, '', GENERATE_REQUEST)
    const contents = readContents(fields, '')
    const { steering, tokens } = weighPrompt(contents, readSystemInstruction(fields, ''))
    const { choices, maximum, includesThoughts, formed } = readGenerationConfig(fields)
    const generation = planGemini({ steering, promptTokens: tokens, choices, maximum })
    const use = chooseFunction(fields, contents, steering)
    const turn: Turn = { model, steering, generation, includesThoughts, formed, use }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        body: (identity) => wholeAnswer(turn, identity),
        script: form === 'plain' ? null : (identity) => answerScript(turn, identity, FRAMES[form]),
        scriptType: form === 'array' ? 'application/json; charset=utf-8' : undefined,
      },
    }
  })
}

/** Google reads no role in it, so it may have any. */
export function readSystemInstruction({ systemInstruction }: Fields, at: string): Content | null {
  if (systemInstruction == null) return null
  return readContent(systemInstruction, at === '' ? 'systemInstruction' : `${at}.systemInstruction`)
}

type Turn = {
  readonly model: string
  readonly steering: Steering
  readonly generation: Generation
  readonly includesThoughts: boolean
  readonly formed: string | null
  readonly use: FunctionUse | null
}

/** What stands around the chunks of a stream. */
type Frame = {
  readonly open: string
  readonly before: string
  readonly between: string
  readonly after: string
  readonly close: string
}

const FRAMES: Readonly<Record<Exclude<Form, 'plain'>, Frame>> = {
  events: { open: '', before: 'data: ', between: '', after: '\r\n\r\n', close: '' },
  array: { open: '[', before: '', between: ',\r\n', after: '', close: ']' },
}

/** Says what hidden tokens were for when a caller includes thoughts. They are billed by number, not by this text. */
const THOUGHT = '{"text":"The simulated model thought about what to say.","thought":true}'

function wholeAnswer(turn: Turn, identity: CallIdentity): string {
  const { generation } = turn
  const thought = showsThoughts(turn) ? THOUGHT : ''
  const parts = (choice: number) => {
    const output = turn.use ? functionCall(turn) : textPart(turn, choice, 0, generation.visible)
    return thought && output ? `${thought},${output}` : thought || output
  }
  return chunkOf(turn, identity, candidatesOf(turn, parts, finishOf(turn)), generation.visible)
}

/**
 * Thoughts come first, then a chunk an event, then one that says why the answer ended. A function call is never
 * divided: it arrives whole at the end, and what is generated until then shows in the usage only.
 */
function answerScript(turn: Turn, identity: CallIdentity, frame: Frame): StreamScript {
  const { visible } = turn.generation
  const hasThoughts = showsThoughts(turn)

  function chunk(isFirst: boolean, candidates: string, tokens: number): string {
    return (isFirst ? '' : frame.between) + frame.before + chunkOf(turn, identity, candidates, tokens) + frame.after
  }

  const progress = (from: number, to: number) => (choice: number) => (turn.use ? '' : textPart(turn, choice, from, to))
  const ending = () => (turn.use ? functionCall(turn) : visible > 0 ? '{"text":""}' : '')
  return {
    open:
      frame.open +
      (hasThoughts
        ? chunk(
            true,
            candidatesOf(turn, () => THOUGHT, ''),
            0,
          )
        : ''),
    events: (from, to) => chunk(from === 0 && !hasThoughts, candidatesOf(turn, progress(from, to), ''), to),
    close: chunk(visible === 0 && !hasThoughts, candidatesOf(turn, ending, finishOf(turn)), visible) + frame.close,
  }
}

function showsThoughts({ includesThoughts, generation }: Turn): boolean {
  return includesThoughts && generation.reasoning > 0
}

/** Every chunk has all candidates. One that has nothing to say has no parts, and not an empty list of them. */
function candidatesOf({ generation }: Turn, partsOf: (choice: number) => string, finish: string): string {
  let list = ''
  for (let choice = 0; choice < generation.choices; choice++) {
    const parts = partsOf(choice)
    const content = parts === '' ? '{"role":"model"}' : `{"parts":[${parts}],"role":"model"}`
    if (choice > 0) list += ','
    list += `{"content":${content}${finish},"index":${choice}}`
  }
  return list
}

function chunkOf(turn: Turn, { id }: CallIdentity, candidates: string, tokens: number): string {
  const usage = turn.steering.usage === 'none' ? '' : `,"usageMetadata":${usageOf(turn.generation, tokens)}`
  return `{"candidates":[${candidates}]${usage},"modelVersion":${JSON.stringify(turn.model)},"responseId":"${id}"}`
}

function finishOf({ generation }: Turn): string {
  return generation.withheld > 0 ? ',"finishReason":"MAX_TOKENS"' : ',"finishReason":"STOP"'
}

function textPart({ steering, generation, formed }: Turn, choice: number, from: number, to: number): string {
  if (from === to) return ''
  if (formed !== null) return `{"text":"${escaped(spreadText(formed, generation, from, to))}"}`
  return `{"text":"${steering.garbage === 'split' ? wideAnswerText(from, to) : answerText(choice, from, to)}"}`
}

/** A caller's maximum that falls within the call leaves nothing of it. */
function functionCall({ use, generation }: Turn): string {
  if (!use || generation.withheld > 0) return ''
  return `{"functionCall":{"name":${JSON.stringify(use.name)},"args":${use.args}}}`
}

/**
 * Usage after so many visible tokens of each candidate. Thoughts are outside the candidates' tokens; a count of
 * none is left out, as protocol buffers leave it out.
 */
function usageOf({ choices, prompt, cached, reasoning }: Generation, tokens: number): string {
  const candidates = tokens * choices
  const thoughts = reasoning * choices
  const details =
    (candidates > 0 ? `"candidatesTokenCount":${candidates},` : '') +
    (cached > 0 ? `"cachedContentTokenCount":${cached},` : '') +
    (thoughts > 0 ? `"thoughtsTokenCount":${thoughts},` : '')
  return `{"promptTokenCount":${prompt},${details}"totalTokenCount":${prompt + candidates + thoughts},"promptTokensDetails":[{"modality":"TEXT","tokenCount":${prompt}}]}`
}

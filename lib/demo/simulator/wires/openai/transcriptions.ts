import { answerText, BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import { planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { secondsOf } from '#lib/demo/simulator/rules/sound.ts'
import { readSteering } from '#lib/demo/simulator/rules/steering.ts'
import type { CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest, readModel, readRequest } from '#lib/demo/simulator/wires/openai/request.ts'

const FORMATS = ['json', 'text', 'srt', 'vtt', 'verbose_json']

/** A token of sound lasts 100 ms. */
const AUDIO_TOKENS_A_SECOND = 10

/**
 * `POST /audio/transcriptions`, of a form: `out` tokens of text. The field `prompt` may begin with `@sim`. Models with
 * "gpt" in their name are billed in tokens, others by the second; `in` sets either.
 */
export function readTranscription(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const { file, prompt = '', response_format: format = 'json' } = members
    if (!Buffer.isBuffer(file)) throw new InvalidRequest({ message: "'file' must be a file.", param: 'file' })
    if (typeof prompt !== 'string') throw new InvalidRequest({ message: "'prompt' must be a text.", param: 'prompt' })
    if (typeof format !== 'string' || !FORMATS.includes(format)) {
      throw new InvalidRequest({
        message: `'response_format' must be one of ${FORMATS.join(', ')}.`,
        param: 'response_format',
      })
    }
    const { steering, textStart } = readSteering(prompt)
    const inTokens = model.includes('gpt')
    const isStream = inTokens && members.stream === 'true'
    const seconds = inTokens ? secondsOf(file) : (steering.in ?? secondsOf(file))
    const text = Math.ceil(Buffer.byteLength(prompt.slice(textStart)) / BYTES_PER_TOKEN)
    const plan = planGeneration({
      steering,
      promptTokens: text + seconds * AUDIO_TOKENS_A_SECOND,
      choices: 1,
      maximum: null,
    })
    const generation = inTokens ? plan : { ...plan, prompt: 0, visible: 0 }
    const textTokens = Math.min(text, plan.prompt)
    const audioTokens = plan.prompt - textTokens
    const tokens = `{"type":"tokens","input_tokens":${plan.prompt},"input_token_details":{"text_tokens":${textTokens},"audio_tokens":${audioTokens}},"output_tokens":${plan.visible},"total_tokens":${plan.prompt + plan.visible}}`
    const usage = `,"usage":${inTokens ? tokens : `{"type":"duration","seconds":${seconds}}`}`
    const told = steering.usage === 'none' ? '' : usage
    const said = answerText(0, 0, plan.visible)
    const isJson = format.endsWith('json')
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        media: inTokens ? { audio_tokens: audioTokens } : { seconds },
        body: () => (isJson ? jsonOf(said, seconds, format, told) : plainOf(said, seconds, format)),
        ...(isJson ? {} : { bodyType: 'text/plain; charset=utf-8' }),
        script: isStream ? () => textScript(said, told) : null,
      },
    }
  })
}

function jsonOf(text: string, seconds: number, format: string, usage: string): string {
  const verbose =
    format === 'verbose_json' ? `"task":"transcribe","language":"english","duration":${seconds},"segments":[],` : ''
  return `{${verbose}"text":"${text}"${usage}}`
}

function plainOf(text: string, seconds: number, format: string): string {
  if (format === 'text') return `${text}\n`
  const comma = format === 'srt' ? ',' : '.'
  const end = new Date(seconds * 1000).toISOString().slice(11, 19)
  const cue = `00:00:00${comma}000 --> ${end}${comma}000\n${text}\n\n`
  return format === 'srt' ? `1\n${cue}` : `WEBVTT\n\n${cue}`
}

function textScript(text: string, usage: string): StreamScript {
  const event = (type: string, rest: string) => `data: {"type":"${type}",${rest}}\n\n`
  return {
    open: '',
    events: (from, to) => event('transcript.text.delta', `"delta":"${answerText(0, from, to)}"`),
    close: event('transcript.text.done', `"text":"${text}"${usage}`),
  }
}

import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'
import { type Generation, planGeneration } from '#lib/demo/simulator/rules/plan-generation.ts'
import { mp3Of, pcmOf, wavOf } from '#lib/demo/simulator/rules/sound.ts'
import { readSteering } from '#lib/demo/simulator/rules/steering.ts'
import type { CallRead, StreamScript } from '#lib/demo/simulator/wire.ts'
import { InvalidRequest, readModel, readRequest } from '#lib/demo/simulator/wires/openai/request.ts'

const FORMATS = {
  mp3: { type: 'audio/mpeg', of: mp3Of },
  wav: { type: 'audio/wav', of: wavOf },
  pcm: { type: 'audio/pcm', of: pcmOf },
} as const

/** A token lasts 50 ms. */
const TOKENS_A_SECOND = 20

/**
 * `POST /audio/speech`: silence, `out` tokens long. The input may begin with `@sim`. Models with "gpt" in their name are
 * billed in tokens, others by the character, `@sim` and all.
 */
export function readSpeech(request: unknown): CallRead {
  return readRequest(request, (members) => {
    const model = readModel(members)
    const { input, voice } = members
    if (typeof input !== 'string' || input === '') {
      throw new InvalidRequest({ message: "'input' must be a text that is not empty.", param: 'input' })
    }
    if (voice == null) throw new InvalidRequest({ message: "'voice' is missing.", param: 'voice' })
    const format = FORMATS[(members.response_format ?? 'mp3') as keyof typeof FORMATS]
    if (!format) {
      throw new InvalidRequest({ message: "'response_format' must be mp3, wav or pcm here.", param: 'response_format' })
    }
    const { steering, textStart } = readSteering(input)
    const inTokens = model.includes('gpt')
    const isStream = members.stream_format === 'sse'
    if (isStream && !inTokens) {
      throw new InvalidRequest({ message: "'sse' is not supported with this model.", param: 'stream_format' })
    }
    const plan = planGeneration({
      steering,
      promptTokens: Math.ceil(Buffer.byteLength(input.slice(textStart)) / BYTES_PER_TOKEN),
      choices: 1,
      maximum: null,
    })
    const sound = format.of(plan.visible / TOKENS_A_SECOND)
    const generation = inTokens ? plan : { ...plan, prompt: 0, visible: 0 }
    return {
      kind: 'answer',
      answer: {
        model,
        steering,
        generation,
        ...(inTokens ? {} : { media: { characters: [...input].length } }),
        body: () => sound,
        bodyType: format.type,
        script: isStream ? () => soundScript(sound, generation, steering.usage !== 'none') : null,
      },
    }
  })
}

/** Each token has its share of the bytes. */
function soundScript(sound: Buffer, generation: Generation, tellsUsage: boolean): StreamScript {
  const { prompt, visible } = generation
  const at = (token: number) => Math.round((sound.length * token) / visible)
  const event = (type: string, rest: string) => `data: {"type":"${type}"${rest}}\n\n`
  const usage = `,"usage":{"input_tokens":${prompt},"output_tokens":${visible},"total_tokens":${prompt + visible}}`
  return {
    open: '',
    events: (from, to) => event('speech.audio.delta', `,"audio":"${sound.toString('base64', at(from), at(to))}"`),
    close: event('speech.audio.done', tellsUsage ? usage : ''),
  }
}

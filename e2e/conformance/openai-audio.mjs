// OpenAI's client: speech and transcriptions, billed by the token, the character or the second.
import OpenAI, { toFile } from 'openai'
import { collect, natively, twoSecondsOfSilence } from './case.mjs'

const open = (at) => new OpenAI({ baseURL: at.openai, apiKey: at.key })

const ask = (at, body) =>
  open(at).audio.speech.create({ model: at.model, voice: 'ash', input: '@sim out=24 Your parcel is here.', ...body })
const bytes = (body) => async (at) => ({
  sound: Buffer.from(await (await ask(at, body)).arrayBuffer()).toString('hex'),
})

/** The client hands out the stream as it comes. */
const events = async (at) => ({ events: await (await ask(at, { stream_format: 'sse' })).text() })

const spoken = [
  { name: 'mp3', run: bytes({}) },
  { name: 'wav', run: bytes({ response_format: 'wav', speed: 1.5 }) },
]
const speech = { client: 'openai', endpoint: 'speech', wire: 'openai' }

const transcribe = (body) => async (at) =>
  open(at).audio.transcriptions.create({
    model: at.model,
    file: await toFile(twoSecondsOfSilence, 'call.wav', { type: 'audio/wav' }),
    prompt: '@sim out=12 Names: Kiel',
    ...body,
  })
const formats = ['text', 'srt', 'vtt', 'verbose_json'].map((response_format) => ({
  name: response_format,
  run: transcribe({ response_format, language: 'en' }),
}))
const transcriptions = { client: 'openai', endpoint: 'transcriptions', wire: 'openai' }

export default [
  ...natively({ ...speech, model: 'tts-1' }, spoken),
  ...natively({ ...speech, model: 'tts-hd', provider: 'azure-v1' }, spoken),
  ...natively({ ...speech, model: 'gpt-4o-mini-tts' }, [
    { name: 'in tokens, which sound does not tell', estimated: true, run: bytes({ instructions: 'Be calm.' }) },
    { name: 'in tokens', stream: true, run: events },
  ]),
  ...natively({ ...transcriptions, model: 'whisper-1' }, [{ name: 'json', run: transcribe({}) }, ...formats]),
  ...natively({ ...transcriptions, model: 'whisper', provider: 'azure' }, [
    { name: 'json', run: transcribe({}) },
    ...formats,
  ]),
  ...natively({ ...transcriptions, model: 'gpt-4o-transcribe' }, [
    { name: 'in tokens', run: transcribe({ temperature: 0.2 }) },
    {
      name: 'in tokens',
      stream: true,
      run: async (at) => ({ events: await collect(await transcribe({ stream: true })(at)) }),
    },
  ]),
]

// OpenAI's client for Azure: deployments in the address, with a version; and Azure's v1 surface, for which OpenAI's plain
// client is meant. With Azure's own deployments behind, and with the models of other providers.
import OpenAI, { AzureOpenAI, toFile } from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import * as z from 'zod'
import { collect, conversations, makers, natively, pixel, twoSecondsOfSilence, weather } from './case.mjs'

const openClassic = (at) => new AzureOpenAI({ endpoint: at.azure, apiKey: at.key, apiVersion: '2024-10-21' })
const openV1 = (at) => new OpenAI({ baseURL: at['azure-v1'], apiKey: at.key })

const user = (content) => ({ role: 'user', content })
const { name, description, schema } = weather
const tool = { type: 'function', function: { name, description, parameters: schema } }
const parcel = z.object({ id: z.string(), weight: z.number() })
const withUsage = { stream_options: { include_usage: true } }

const history = [
  { role: 'system', content: 'You answer in one sentence.' },
  user('Hello'),
  { role: 'assistant', content: 'Hello. How can I help?' },
  user('@sim out=24 Where is parcel 4711?'),
]
const picture = [
  user([
    { type: 'text', text: '@sim out=9 What is this?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
  ]),
]
const toolTurn = {
  tools: [tool],
  messages: [
    user('@sim out=12 What is the weather?'),
    {
      role: 'assistant',
      content: null,
      tool_calls: ['Kiel', 'Bonn'].map((place) => ({
        id: `call_${place}`,
        type: 'function',
        function: { name, arguments: JSON.stringify({ place, days: 1 }) },
      })),
    },
    ...['Kiel', 'Bonn'].map((place) => ({ role: 'tool', tool_call_id: `call_${place}`, content: 'Sunny' })),
  ],
}

function chats(open) {
  const asked = [user('@sim out=24 Where is parcel 4711?')]
  const create = (body) => (at) => open(at).chat.completions.create({ model: at.model, messages: asked, ...body })
  const stream = (body) => async (at) => {
    const running = open(at).chat.completions.stream({ model: at.model, messages: asked, ...body })
    const chunks = await collect(running)
    return { chunks, final: await running.finalChatCompletion() }
  }
  return [
    { name: 'plain', run: create({}) },
    { name: 'system prompt and history', run: create({ messages: history }) },
    { name: 'image', run: create({ messages: picture }) },
    { name: 'cut by max_tokens', run: create({ max_tokens: 8 }) },
    { name: 'cached prompt', run: create({ messages: [user('@sim in=50 cached=30 out=4 Hi')] }) },
    { name: 'tool', run: create({ messages: [user('@sim tool out=30 Weather?')], tools: [tool] }) },
    { name: 'parallel tool results', run: create(toolTurn) },
    {
      name: 'structured output',
      run: (at) =>
        open(at).chat.completions.parse({
          model: at.model,
          messages: [user('@sim out=60 Which parcel?')],
          response_format: zodResponseFormat(parcel, 'parcel'),
        }),
    },
    { name: 'json mode', native: true, run: create({ response_format: { type: 'json_object' } }) },
    { name: 'two choices', native: true, run: create({ n: 2 }) },
    { name: 'plain', stream: true, run: stream({}) },
    { name: 'with usage', stream: true, run: stream(withUsage) },
    {
      name: 'tool',
      stream: true,
      run: stream({ messages: [user('@sim tool out=30 Weather?')], tools: [tool], ...withUsage }),
    },
    { name: 'two choices', stream: true, native: true, run: stream({ n: 2 }) },
  ]
}

function responses(open) {
  const asked = { input: '@sim out=24 Where is parcel 4711?', store: false }
  const create = (body) => (at) => open(at).responses.create({ model: at.model, ...asked, ...body })
  const called = { type: 'function', name, description, parameters: schema, strict: true }
  return [
    { name: 'plain', run: create({}) },
    { name: 'tool', run: create({ input: '@sim tool out=30 Weather?', tools: [called] }) },
    {
      name: 'structured output',
      run: (at) =>
        open(at).responses.parse({
          model: at.model,
          input: '@sim out=60 Which parcel?',
          store: false,
          text: { format: zodTextFormat(parcel, 'parcel') },
        }),
    },
    {
      name: 'plain',
      stream: true,
      run: async (at) => {
        const running = open(at).responses.stream({ model: at.model, ...asked })
        const events = await collect(running)
        return { events, final: await running.finalResponse() }
      },
    },
  ]
}

const complete = (at) => openClassic(at).completions.create({ model: at.model, prompt: '@sim out=14 Parcel 4711 is' })

function embeddings(open) {
  const embed = (body) => (at) =>
    open(at).embeddings.create({ model: at.model, input: 'Where?', dimensions: 8, ...body })
  return [
    { name: 'as the client asks', run: embed({}) },
    { name: 'several inputs', run: embed({ input: ['one', 'two'], encoding_format: 'float' }) },
  ]
}

function pictures(open) {
  const generate = (at) => open(at).images.generate({ model: at.model, prompt: '@sim out=90 A depot', n: 2 })
  return [{ name: 'pictures', run: async (at) => (await generate(at)).data.length }]
}

function transcriptions(open) {
  const transcribe = async (at) =>
    open(at).audio.transcriptions.create({
      model: at.model,
      file: await toFile(twoSecondsOfSilence, 'call.wav', { type: 'audio/wav' }),
      prompt: '@sim out=12 Kiel',
    })
  return [{ name: 'json', run: transcribe }]
}

const speech = (open) => async (at) => {
  const answer = await open(at).audio.speech.create({ model: at.model, voice: 'ash', input: 'Your parcel is here.' })
  return { sound: Buffer.from(await answer.arrayBuffer()).toString('hex') }
}

/** Its models are those of the gateway's catalogue, whichever client asks. */
function models(open) {
  return [
    {
      name: 'list',
      expected: { result: { id: 'gpt-4o', object: 'model' } },
      run: async (at) => (await collect(open(at).models.list())).find(({ id }) => id === 'gpt-4o'),
    },
  ]
}

const at = (endpoint) => ({ client: 'AzureOpenAI', endpoint, wire: 'azure' })
const atV1 = (endpoint) => ({ client: 'openai at Azure v1', endpoint, wire: 'azure-v1' })
const large = { model: 'text-embedding-3-large', provider: 'azure' }
const small = { model: 'text-embedding-3-small', provider: 'openai' }
const sound = { model: 'whisper', provider: 'azure' }

export default [
  ...conversations(at('chat'), chats(openClassic), [...makers, 'azure', 'vertex', 'vertex-anthropic']),
  ...conversations(at('responses'), responses(openClassic), ['azure-v1', 'openai', 'anthropic', 'vertex']),
  ...natively(at('completions'), [{ name: 'plain', run: complete }]),
  ...[large, small].flatMap((model) => natively({ ...at('embeddings'), ...model }, embeddings(openClassic))),
  ...natively({ ...at('images'), model: 'dall-e-3', provider: 'openai' }, pictures(openClassic)),
  ...natively({ ...at('transcriptions'), ...sound }, transcriptions(openClassic)),
  // The simulated version of deployments has no speech to compare with.
  ...natively({ ...at('speech'), model: 'tts-1', provider: 'openai' }, [
    {
      name: 'mp3',
      expected: { http: [{ status: 200, headers: { 'content-type': 'audio/mpeg' } }] },
      run: speech(openClassic),
    },
  ]),
  ...natively(at('models'), models(openClassic)),

  ...conversations(atV1('chat'), chats(openV1), ['azure-v1', 'azure', 'openai', 'anthropic', 'vertex']),
  ...conversations(atV1('responses'), responses(openV1), ['azure-v1', 'azure', 'openai', 'gemini']),
  ...[large, small].flatMap((model) => natively({ ...atV1('embeddings'), ...model }, embeddings(openV1))),
  ...natively({ ...atV1('images'), model: 'gpt-image-1' }, pictures(openV1)),
  ...natively({ ...atV1('transcriptions'), ...sound }, transcriptions(openV1)),
  ...natively({ ...atV1('speech'), model: 'tts-hd' }, [{ name: 'mp3', run: speech(openV1) }]),
  ...natively(atV1('models'), models(openV1)),
]

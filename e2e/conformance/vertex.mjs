// Vertex AI's clients: Google's for Gemini, Anthropic's for Claude; natively, and with the models of other providers.
import { GoogleGenAI, Type } from '@google/genai'
import { collect, conversations, makers, natively, pixel, weather } from './case.mjs'
import { openAnthropicAtVertex, openGoogleAtVertex } from './open-vertex.mjs'

/** A key and no project: Google calls it express mode. */
const openExpress = (at) => new GoogleGenAI({ vertexai: true, apiKey: at.key, httpOptions: { baseUrl: at.vertex } })
/** The client hangs the answer's headers on it; they are compared apart. */
const bare = ({ sdkHttpResponse: _headers, ...answer }) => answer

const asked = { contents: '@sim out=24 Where is parcel 4711?' }
const generate =
  (body, open = openGoogleAtVertex) =>
  async (at) =>
    bare(await open(at).models.generateContent({ model: at.model, ...asked, ...body }))
const generateStream =
  (body, open = openGoogleAtVertex) =>
  async (at) => {
    const answers = await collect(await open(at).models.generateContentStream({ model: at.model, ...asked, ...body }))
    const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
    const final = {
      text: parts.map(({ text }) => text ?? '').join(''),
      calls: parts.filter(({ functionCall }) => functionCall),
      finish: answers.at(-1)?.candidates?.[0]?.finishReason,
      usage: answers.at(-1)?.usageMetadata,
    }
    return { chunks: answers.map(bare), final }
  }

const tools = [
  {
    functionDeclarations: [
      {
        name: weather.name,
        description: weather.description,
        parameters: { type: Type.OBJECT, properties: { place: { type: Type.STRING } }, required: ['place'] },
      },
    ],
  },
]
const gemini = [
  { name: 'plain', run: generate({}) },
  { name: 'with a key alone', run: generate({}, openExpress) },
  { name: 'in version v1', run: generate({}, (at) => openGoogleAtVertex(at, { apiVersion: 'v1' })) },
  { name: 'system instruction', run: generate({ config: { systemInstruction: 'You answer in one sentence.' } }) },
  {
    name: 'image',
    run: generate({
      contents: [
        { role: 'user', parts: [{ text: '@sim out=9 What?' }, { inlineData: { mimeType: 'image/png', data: pixel } }] },
      ],
    }),
  },
  { name: 'cut by maxOutputTokens', run: generate({ config: { maxOutputTokens: 8 } }) },
  { name: 'cached prompt', run: generate({ contents: '@sim in=50 cached=30 out=4 Hi' }) },
  { name: 'function', run: generate({ contents: '@sim tool out=30 Weather?', config: { tools } }) },
  {
    name: 'function response',
    run: generate({
      contents: [
        { role: 'user', parts: [{ text: '@sim out=12 What is the weather?' }] },
        { role: 'model', parts: [{ functionCall: { name: weather.name, args: { place: 'Kiel' } } }] },
        { role: 'user', parts: [{ functionResponse: { name: weather.name, response: { output: 'Sunny' } } }] },
      ],
      config: { tools },
    }),
  },
  {
    name: 'structured output',
    run: generate({
      contents: '@sim out=60 Which parcel?',
      config: {
        responseMimeType: 'application/json',
        responseSchema: { type: Type.OBJECT, properties: { id: { type: Type.STRING } }, required: ['id'] },
      },
    }),
  },
  { name: 'plain', stream: true, run: generateStream({}) },
  { name: 'with a key alone', stream: true, run: generateStream({}, openExpress) },
  { name: 'function', stream: true, run: generateStream({ contents: '@sim tool out=30 Weather?', config: { tools } }) },
]

const countGoogle = async (at) => bare(await openGoogleAtVertex(at).models.countTokens({ model: at.model, ...asked }))

const user = (content) => ({ role: 'user', content })
const question = { max_tokens: 256, messages: [user('@sim out=24 Where is parcel 4711?')] }
const tool = { name: weather.name, description: weather.description, input_schema: weather.schema }
const create = (body) => (at) => openAnthropicAtVertex(at).messages.create({ model: at.model, ...question, ...body })
const stream = (body) => async (at) => {
  const running = openAnthropicAtVertex(at).messages.stream({ model: at.model, ...question, ...body })
  const events = await collect(running)
  return { events, final: await running.finalMessage() }
}
const toolTurn = {
  tools: [tool],
  messages: [
    user('@sim out=12 What is the weather?'),
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: weather.name, input: { place: 'Kiel', days: 1 } }],
    },
    user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Sunny' }]),
  ],
}
const claude = [
  { name: 'plain', run: create({}) },
  { name: 'system prompt', run: create({ system: 'You answer in one sentence.' }) },
  {
    name: 'image',
    run: create({
      messages: [
        user([
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
          { type: 'text', text: '@sim out=9 What is this?' },
        ]),
      ],
    }),
  },
  { name: 'cut by max_tokens', run: create({ max_tokens: 8 }) },
  { name: 'cached prompt', run: create({ messages: [user('@sim in=50 cached=30 out=4 Hi')] }) },
  { name: 'tool', run: create({ messages: [user('@sim tool out=30 Weather?')], tools: [tool] }) },
  { name: 'tool result', run: create(toolTurn) },
  {
    name: 'cache for an hour',
    native: true,
    run: create({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [user('@sim in=50 cache_write=20 out=4 Hi')],
    }),
  },
  {
    name: 'at the beta address',
    run: (at) => openAnthropicAtVertex(at).beta.messages.create({ model: at.model, ...question }),
  },
  { name: 'plain', stream: true, run: stream({}) },
  { name: 'tool', stream: true, run: stream({ messages: [user('@sim tool out=30 Weather?')], tools: [tool] }) },
]

const { max_tokens: _none, ...counted } = question
const countAnthropic = (at) => openAnthropicAtVertex(at).messages.countTokens({ model: at.model, ...counted })

const google = (endpoint) => ({ client: '@google/genai at Vertex', endpoint, wire: 'vertex' })
const anthropic = (endpoint) => ({ client: '@anthropic-ai/vertex-sdk', endpoint, wire: 'vertex-anthropic' })
const behind = [...makers, 'azure', 'vertex', 'vertex-anthropic']

export default [
  ...conversations(google('generateContent'), gemini, behind),
  ...natively(google('countTokens'), [{ name: 'plain', run: countGoogle }]),
  ...natively({ ...google('countTokens'), provider: 'gemini' }, [{ name: 'plain', run: countGoogle }]),
  ...conversations(anthropic('messages'), claude, behind),
  ...natively(anthropic('count_tokens'), [{ name: 'plain', run: countAnthropic }]),
  ...natively({ ...anthropic('count_tokens'), provider: 'anthropic' }, [{ name: 'plain', run: countAnthropic }]),
]

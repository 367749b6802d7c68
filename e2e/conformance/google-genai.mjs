// Google's client: content, natively and with the models of other providers; counting, embeddings, models.
import { FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai'
import { collect, conversations, makers, natively, pixel } from './case.mjs'

const open = (at) => new GoogleGenAI({ apiKey: at.key, httpOptions: { baseUrl: at.gemini } })
const asked = { contents: '@sim out=24 Where is parcel 4711?' }

/** The client hangs the answer's headers on it; they are compared apart. */
const bare = ({ sdkHttpResponse: _headers, ...answer }) => answer

const create = (body) => async (at) =>
  bare(await open(at).models.generateContent({ model: at.model, ...asked, ...body }))

const stream = (body) => async (at) => {
  const answers = await collect(await open(at).models.generateContentStream({ model: at.model, ...asked, ...body }))
  const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
  const textOf = (thought) =>
    parts
      .filter((part) => (part.thought === true) === thought)
      .map(({ text }) => text)
      .join('')
  const final = {
    text: textOf(false),
    thoughts: textOf(true),
    calls: parts.filter(({ functionCall }) => functionCall),
    finish: answers.at(-1)?.candidates?.[0]?.finishReason,
    usage: answers.at(-1)?.usageMetadata,
  }
  return { chunks: answers.map(bare), final }
}

const tool = {
  name: 'get_weather',
  description: 'The weather at a place',
  parameters: {
    type: Type.OBJECT,
    properties: { place: { type: Type.STRING }, days: { type: Type.INTEGER } },
    required: ['place', 'days'],
  },
}
const tools = [{ functionDeclarations: [tool] }]
const toolTurn = {
  contents: [
    { role: 'user', parts: [{ text: '@sim out=12 What is the weather?' }] },
    { role: 'model', parts: [{ functionCall: { name: tool.name, args: { place: 'Kiel', days: 1 } } }] },
    { role: 'user', parts: [{ functionResponse: { name: tool.name, response: { output: 'Sunny' } } }] },
  ],
  config: { tools },
}
const history = {
  contents: [
    { role: 'user', parts: [{ text: 'Hello' }] },
    { role: 'model', parts: [{ text: 'Hello. How can I help?' }] },
    { role: 'user', parts: [{ text: asked.contents }] },
  ],
  config: { systemInstruction: 'You answer in one sentence.' },
}
const picture = {
  contents: [
    {
      role: 'user',
      parts: [{ text: '@sim out=9 What is this?' }, { inlineData: { mimeType: 'image/png', data: pixel } }],
    },
  ],
}
const thinking = {
  contents: '@sim reasoning=6 out=14 Hi',
  config: { maxOutputTokens: 4096, thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } },
}
/** OpenAI bills thoughts in a chat and never shows them. */
const unseen = {
  candidates: [{ content: { parts: [{}] }, finishReason: 'STOP' }],
  usageMetadata: { candidatesTokenCount: 8, thoughtsTokenCount: 6 },
}
/** What Anthropic's simulator thinks is another text. */
const seen = { candidates: [{ content: { parts: [{ thought: true }, {}] }, finishReason: 'STOP' }] }
const json = {
  contents: '@sim out=60 Which parcel?',
  config: {
    responseMimeType: 'application/json',
    responseSchema: { type: Type.OBJECT, properties: { id: { type: Type.STRING } }, required: ['id'] },
  },
}

const scenarios = [
  { name: 'plain', run: create({}) },
  { name: 'system instruction and history', run: create(history) },
  { name: 'image', run: create(picture) },
  { name: 'cut by maxOutputTokens', run: create({ config: { maxOutputTokens: 8 } }) },
  { name: 'stop sequences', run: create({ config: { stopSequences: ['END'] } }) },
  { name: 'temperature and topP', run: create({ config: { temperature: 0.2, topP: 0.9 } }) },
  { name: 'topK and seed', native: true, run: create({ config: { topK: 20, seed: 7 } }) },
  { name: 'cached prompt', run: create({ contents: '@sim in=50 cached=30 out=4 Hi' }) },
  {
    name: 'thinking',
    otherwise: { openai: { result: unseen }, anthropic: { result: seen }, bedrock: { result: seen } },
    run: create(thinking),
  },
  { name: 'two candidates', native: true, run: create({ config: { candidateCount: 2 } }) },
  { name: 'function', run: create({ contents: '@sim tool out=30 Weather?', config: { tools } }) },
  {
    name: 'function demanded',
    run: create({ config: { tools, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } } }),
  },
  { name: 'function response', run: create(toolTurn) },
  {
    name: 'structured output',
    run: async (at) => {
      const answer = await open(at).models.generateContent({ model: at.model, ...json })
      return { answer: bare(answer), parsed: JSON.parse(answer.text) }
    },
  },
  {
    name: 'chat of two turns',
    run: async (at) => {
      const chat = open(at).chats.create({ model: at.model })
      const answers = [
        await chat.sendMessage({ message: '@sim out=8 Hello' }),
        await chat.sendMessage({ message: 'And?' }),
      ]
      return { answers: answers.map(bare), history: chat.getHistory() }
    },
  },
  { name: 'plain', stream: true, run: stream({}) },
  { name: 'system instruction and history', stream: true, run: stream(history) },
  { name: 'cut by maxOutputTokens', stream: true, run: stream({ config: { maxOutputTokens: 8 } }) },
  {
    name: 'thinking',
    stream: true,
    otherwise: {
      openai: { result: { final: { thoughts: '', finish: 'STOP', usage: unseen.usageMetadata } } },
      anthropic: { result: { final: { thoughts: 'Each token of it is four', finish: 'STOP' } } },
      bedrock: { result: { final: { thoughts: 'Each token of it is four', finish: 'STOP' } } },
    },
    run: stream(thinking),
  },
  { name: 'function', stream: true, run: stream({ contents: '@sim tool out=30 Weather?', config: { tools } }) },
  { name: 'function response', stream: true, run: stream(toolTurn) },
  { name: 'multi-byte text in pieces', stream: true, run: stream({ contents: '@sim garbage=split out=20 Hi' }) },
]

const content = conversations({ client: '@google/genai', endpoint: 'generateContent', wire: 'gemini' }, scenarios, [
  ...makers,
  'azure',
  'vertex',
  'vertex-anthropic',
])

const counting = natively({ client: '@google/genai', endpoint: 'countTokens', wire: 'gemini' }, [
  { name: 'plain', run: async (at) => bare(await open(at).models.countTokens({ model: at.model, ...asked })) },
])

const embed = (contents) => async (at) =>
  bare(await open(at).models.embedContent({ model: at.model, contents, config: { outputDimensionality: 8 } }))

const embeddings = natively(
  { client: '@google/genai', endpoint: 'embedContent', wire: 'gemini', model: 'gemini-embedding-001' },
  [
    { name: 'one text', estimated: true, run: embed('Where is parcel 4711?') },
    { name: 'several texts', estimated: true, run: embed(['one', 'two', 'three']) },
  ],
)

const entry = { name: 'models/gemini-2.5-flash' }

const models = natively({ client: '@google/genai', endpoint: 'models', wire: 'gemini' }, [
  {
    name: 'list',
    expected: { result: entry },
    run: async (at) => (await collect(await open(at).models.list())).find(({ name }) => name === entry.name),
  },
  { name: 'get', expected: { result: entry }, run: (at) => open(at).models.get({ model: at.model }) },
])

/** The gateway has Gemini's calls a second time, at the address alone. */
const root = { client: '@google/genai', wire: 'gemini-root', provider: 'gemini' }
const moved = (run) => (at) => run({ ...at, gemini: at['gemini-root'] })
const again = [
  ...natively({ ...root, endpoint: 'generateContent' }, [
    { name: 'plain', run: moved(create({})) },
    { name: 'plain', stream: true, run: moved(stream({})) },
  ]),
  ...natively({ ...root, endpoint: 'countTokens' }, [
    {
      name: 'plain',
      run: moved(async (at) => bare(await open(at).models.countTokens({ model: at.model, ...asked }))),
    },
  ]),
  ...natively({ ...root, endpoint: 'embedContent', model: 'gemini-embedding-001' }, [
    { name: 'one text', estimated: true, run: moved(embed('Where is parcel 4711?')) },
  ]),
  ...natively({ ...root, endpoint: 'models' }, [
    { name: 'get', expected: { result: entry }, run: moved((at) => open(at).models.get({ model: at.model })) },
  ]),
]

export default [...content, ...counting, ...embeddings, ...models, ...again]

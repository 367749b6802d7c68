// Vercel's AI SDK with its three provider packages, each on its own wire, with the models of all providers.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { embed, embedMany, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai'
import * as z from 'zod'
import { collect, conversations, natively, pixel, weather } from './case.mjs'

globalThis.AI_SDK_LOG_WARNINGS = false

const packages = [
  {
    of: { client: 'ai + @ai-sdk/openai', endpoint: 'chat', wire: 'openai' },
    model: (at) => createOpenAI({ baseURL: at.openai, apiKey: at.key }).chat(at.model),
  },
  {
    of: { client: 'ai + @ai-sdk/openai', endpoint: 'responses', wire: 'openai' },
    model: (at) => createOpenAI({ baseURL: at.openai, apiKey: at.key }).responses(at.model),
  },
  {
    of: { client: 'ai + @ai-sdk/anthropic', endpoint: 'messages', wire: 'anthropic' },
    model: (at) => createAnthropic({ baseURL: `${at.anthropic}/v1`, apiKey: at.key })(at.model),
  },
  {
    of: { client: 'ai + @ai-sdk/google', endpoint: 'generateContent', wire: 'gemini' },
    model: (at) => createGoogleGenerativeAI({ baseURL: `${at.gemini}/v1beta`, apiKey: at.key })(at.model),
  },
]

const getWeather = tool({
  description: weather.description,
  inputSchema: jsonSchema(weather.schema),
  execute: async () => ({ sky: 'sunny', degrees: 20 }),
})
const parcel = z.object({ id: z.string(), weight: z.number() })
const picture = [
  {
    role: 'user',
    content: [
      { type: 'text', text: '@sim out=9 What is this?' },
      { type: 'image', image: `data:image/png;base64,${pixel}` },
    ],
  },
]

const told = ({ text, reasoningText, finishReason, usage, totalUsage, steps }) => ({
  text,
  reasoningText,
  finishReason,
  usage,
  totalUsage,
  steps: steps.map((step) => ({
    text: step.text,
    finishReason: step.finishReason,
    toolCalls: step.toolCalls,
    toolResults: step.toolResults,
    modelId: step.response.modelId,
  })),
})

/** Headers are compared apart. */
const withoutHeaders = (part) =>
  part.response ? { ...part, response: { ...part.response, headers: undefined } } : part

const asked = { prompt: '@sim out=24 Where is parcel 4711?' }
const toolUse = {
  prompt: '@sim tool out=30 Weather?',
  tools: { get_weather: getWeather },
  stopWhen: stepCountIs(3),
}

function scenarios(model) {
  const generate = (options) => async (at) => told(await generateText({ model: model(at), ...asked, ...options }))
  const stream = (options) => async (at) => {
    let failure = null
    const onError = ({ error }) => (failure = error)
    const running = streamText({ model: model(at), ...asked, ...options, onError })
    const parts = (await collect(running.fullStream)).map(withoutHeaders)
    if (failure) throw failure
    const [text, finishReason, usage, totalUsage] = await Promise.all([
      running.text,
      running.finishReason,
      running.usage,
      running.totalUsage,
    ])
    return { parts, final: { text, finishReason, usage, totalUsage } }
  }
  return [
    { name: 'generateText', run: generate({}) },
    { name: 'system and settings', run: generate({ system: 'Be brief.', temperature: 0.2, stopSequences: ['END'] }) },
    { name: 'cut by maxOutputTokens', run: generate({ prompt: '@sim out=40 Hi', maxOutputTokens: 18 }) },
    { name: 'image', run: generate({ prompt: picture }) },
    { name: 'tool loop', run: generate(toolUse) },
    { name: 'tool required', run: generate({ tools: { get_weather: getWeather }, toolChoice: 'required' }) },
    {
      name: 'structured output',
      run: async (at) => {
        const answer = await generateText({
          model: model(at),
          prompt: '@sim out=60 Which parcel?',
          output: Output.object({ schema: parcel }),
        })
        return { ...told(answer), output: answer.output }
      },
    },
    { name: 'streamText', stream: true, run: stream({}) },
    { name: 'cut by maxOutputTokens', stream: true, run: stream({ prompt: '@sim out=40 Hi', maxOutputTokens: 18 }) },
    { name: 'tool loop', stream: true, run: stream(toolUse) },
  ]
}

/** Google's package asks for one vector at an address of its own, which Google's client never calls. */
const embedder = (at) =>
  createGoogleGenerativeAI({ baseURL: `${at.gemini}/v1beta`, apiKey: at.key }).embedding(at.model)
const short = { google: { outputDimensionality: 8 } }
const embeddings = natively(
  { client: 'ai + @ai-sdk/google', endpoint: 'embedContent', wire: 'gemini', model: 'gemini-embedding-001' },
  [
    {
      name: 'one text',
      estimated: true,
      run: async (at) => {
        const { embedding, usage } = await embed({
          model: embedder(at),
          value: 'Where is parcel 4711?',
          providerOptions: short,
        })
        return { embedding, usage }
      },
    },
    {
      name: 'several texts',
      estimated: true,
      run: async (at) => {
        const { embeddings, usage } = await embedMany({
          model: embedder(at),
          values: ['one', 'two', 'three'],
          providerOptions: short,
        })
        return { embeddings, usage }
      },
    },
  ],
)

export default [...packages.flatMap(({ of, model }) => conversations(of, scenarios(model))), ...embeddings]

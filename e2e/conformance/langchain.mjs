// LangChain's chat models for OpenAI and Anthropic.
import { ChatAnthropic } from '@langchain/anthropic'
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import * as z from 'zod'
import { collect, conversations } from './case.mjs'

// LangChain asks again for half a minute, whatever the error is.
const maxRetries = 0

const classes = [
  {
    of: { client: '@langchain/openai', endpoint: 'chat', wire: 'openai' },
    open: (at, options) =>
      new ChatOpenAI({
        model: at.model,
        apiKey: at.key,
        configuration: { baseURL: at.openai },
        maxRetries,
        ...options,
      }),
  },
  {
    of: { client: '@langchain/openai', endpoint: 'responses', wire: 'openai' },
    open: (at, options) =>
      new ChatOpenAI({
        model: at.model,
        apiKey: at.key,
        configuration: { baseURL: at.openai },
        useResponsesApi: true,
        maxRetries,
        ...options,
      }),
  },
  {
    of: { client: '@langchain/anthropic', endpoint: 'messages', wire: 'anthropic' },
    open: (at, options) =>
      new ChatAnthropic({
        model: at.model,
        apiKey: at.key,
        anthropicApiUrl: at.anthropic,
        maxTokens: 256,
        maxRetries,
        ...options,
      }),
  },
]

const question = '@sim out=24 Where is parcel 4711?'
const getWeather = tool(async () => 'Sunny', {
  name: 'get_weather',
  description: 'The weather at a place',
  schema: z.object({ place: z.string(), days: z.number() }),
})
const parcel = z.object({ id: z.string(), weight: z.number() })
const toolTurn = [
  new HumanMessage('@sim out=12 What is the weather?'),
  new AIMessage({ content: '', tool_calls: [{ id: 'call_1', name: 'get_weather', args: { place: 'Kiel', days: 1 } }] }),
  new ToolMessage({ tool_call_id: 'call_1', content: 'Sunny', name: 'get_weather' }),
]

const told = (message) => ({
  content: message.content,
  toolCalls: message.tool_calls,
  usage: message.usage_metadata,
  finish: message.response_metadata.finish_reason ?? message.response_metadata.stop_reason,
  model: message.response_metadata.model_name ?? message.response_metadata.model,
})

const scenarios = (open) => [
  { name: 'invoke', run: async (at) => told(await open(at).invoke(question)) },
  {
    name: 'system message',
    run: async (at) => told(await open(at).invoke([new SystemMessage('Be brief.'), new HumanMessage(question)])),
  },
  { name: 'cut by maxTokens', run: async (at) => told(await open(at, { maxTokens: 18 }).invoke('@sim out=40 Hi')) },
  { name: 'tool', run: async (at) => told(await open(at).bindTools([getWeather]).invoke('@sim tool out=30 Weather?')) },
  { name: 'tool result', run: async (at) => told(await open(at).bindTools([getWeather]).invoke(toolTurn)) },
  {
    name: 'structured output by a tool',
    run: (at) =>
      open(at).withStructuredOutput(parcel, { method: 'functionCalling', name: 'parcel' }).invoke('@sim out=60 Which?'),
  },
  {
    name: 'structured output by schema',
    run: (at) =>
      open(at).withStructuredOutput(parcel, { method: 'jsonSchema', name: 'parcel' }).invoke('@sim out=60 Which?'),
  },
  { name: 'batch', run: async (at) => (await open(at).batch([question, question])).map(told) },
  {
    name: 'stream',
    stream: true,
    run: async (at) => {
      const chunks = await collect(await open(at).stream(question))
      return { chunks: chunks.map(told), final: told(chunks.reduce((all, chunk) => all.concat(chunk))) }
    },
  },
  {
    name: 'tool',
    stream: true,
    run: async (at) => {
      const chunks = await collect(await open(at).bindTools([getWeather]).stream('@sim tool out=30 Weather?'))
      return { chunks: chunks.map(told), final: told(chunks.reduce((all, chunk) => all.concat(chunk))) }
    },
  },
]

export default classes.flatMap(({ of, open }) => conversations(of, scenarios(open)))

// OpenAI's client: chat completions, natively and with the models of other providers.
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import * as z from 'zod'
import { collect, conversations, makers, pixel, weather } from './case.mjs'

const open = (at) => new OpenAI({ baseURL: at.openai, apiKey: at.key })
const user = (content) => ({ role: 'user', content })
const asked = [user('@sim out=24 Where is parcel 4711?')]

const { name, description, schema } = weather
const tool = { type: 'function', function: { name, description, parameters: schema } }
const otherTool = { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } }

const create = (body) => (at) => open(at).chat.completions.create({ model: at.model, messages: asked, ...body })

const stream = (body) => async (at) => {
  const running = open(at).chat.completions.stream({ model: at.model, messages: asked, ...body })
  const chunks = await collect(running)
  return { chunks, final: await running.finalChatCompletion() }
}

const called = (id, place) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify({ place, days: 1 }) },
})
const answered = (...calls) => ({
  messages: [
    user('@sim out=12 What is the weather?'),
    { role: 'assistant', content: null, tool_calls: calls },
    ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'Sunny, 20 degrees' })),
  ],
  tools: [tool],
})

const history = [
  { role: 'system', content: 'You answer in one sentence.' },
  user('Hello'),
  { role: 'assistant', content: 'Hello. How can I help?' },
  ...asked,
]
const picture = [
  {
    role: 'user',
    content: [
      { type: 'text', text: '@sim out=9 What is this?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
    ],
  },
]
const parcel = z.object({ id: z.string(), weight: z.number(), state: z.enum(['moving', 'delivered']) })

const scenarios = [
  { name: 'plain', run: create({}) },
  { name: 'system prompt and history', run: create({ messages: history }) },
  { name: 'developer role', run: create({ messages: [{ role: 'developer', content: 'Be brief.' }, ...asked] }) },
  { name: 'text parts', run: create({ messages: [user([{ type: 'text', text: '@sim out=5 Hi' }])] }) },
  { name: 'image', run: create({ messages: picture }) },
  { name: 'cut by max_completion_tokens', run: create({ max_completion_tokens: 8 }) },
  { name: 'cut by max_tokens', run: create({ max_tokens: 8 }) },
  { name: 'stop sequences', run: create({ stop: ['\n\n', 'END'] }) },
  { name: 'temperature and top_p', run: create({ temperature: 0.2, top_p: 0.9 }) },
  { name: 'cached prompt', run: create({ messages: [user('@sim in=50 cached=30 out=4 Hi')] }) },
  {
    name: 'reasoning effort',
    run: create({ messages: [user('@sim reasoning=6 out=14 Hi')], reasoning_effort: 'low' }),
  },
  { name: 'tool', run: create({ messages: [user('@sim tool out=30 Weather?')], tools: [tool, otherTool] }) },
  {
    name: 'tool by name',
    run: create({ tools: [otherTool, tool], tool_choice: { type: 'function', function: { name } } }),
  },
  { name: 'tool required', run: create({ tools: [tool], tool_choice: 'required' }) },
  {
    name: 'tool forbidden',
    run: create({ messages: [user('@sim tool Weather?')], tools: [tool], tool_choice: 'none' }),
  },
  { name: 'tool result', run: create(answered(called('call_1', 'Kiel'))) },
  { name: 'parallel tool results', run: create(answered(called('call_1', 'Kiel'), called('call_2', 'Bonn'))) },
  {
    name: 'tool loop of the client',
    run: async (at) => {
      const run = open(at).chat.completions.runTools({
        model: at.model,
        messages: [user('@sim tool out=30 Weather?')],
        tools: [{ type: 'function', function: { ...tool.function, function: () => 'Sunny', parse: JSON.parse } }],
      })
      await run.done()
      return { messages: run.messages, usage: await run.totalUsage() }
    },
  },
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
  { name: 'fields that nobody knows', native: true, run: create({ brand_new_field: { nested: 1.5 }, user: 'u1' }) },
  {
    name: 'multi-byte text in pieces',
    native: true,
    run: create({ messages: [user('@sim garbage=split out=20 Hi')] }),
  },

  { name: 'plain', stream: true, run: stream({}) },
  { name: 'with usage', stream: true, run: stream({ stream_options: { include_usage: true } }) },
  { name: 'system prompt and history', stream: true, run: stream({ messages: history }) },
  {
    name: 'cut by max_tokens',
    stream: true,
    run: stream({ max_tokens: 8, stream_options: { include_usage: true } }),
  },
  {
    name: 'tool',
    stream: true,
    run: stream({
      messages: [user('@sim tool out=30 Weather?')],
      tools: [tool],
      stream_options: { include_usage: true },
    }),
  },
  { name: 'tool result', stream: true, run: stream(answered(called('call_1', 'Kiel'))) },
  {
    name: 'reasoning effort',
    stream: true,
    run: stream({
      messages: [user('@sim reasoning=6 out=14 Hi')],
      reasoning_effort: 'low',
      stream_options: { include_usage: true },
    }),
  },
  {
    name: 'structured output',
    stream: true,
    run: stream({
      messages: [user('@sim out=60 Which parcel?')],
      response_format: zodResponseFormat(parcel, 'parcel'),
    }),
  },
  {
    name: 'multi-byte text in pieces',
    stream: true,
    run: stream({ messages: [user('@sim garbage=split out=20 Hi')] }),
  },
  { name: 'mixed line ends', stream: true, run: stream({ messages: [user('@sim garbage=crlf out=20 Hi')] }) },
  { name: 'two choices', stream: true, native: true, run: stream({ n: 2 }) },
]

export default conversations({ client: 'openai', endpoint: 'chat', wire: 'openai' }, scenarios, [
  ...makers,
  'azure',
  'vertex',
  'vertex-anthropic',
])

// OpenAI's client: responses, natively and with the models of other providers.
import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import * as z from 'zod'
import { collect, conversations, makers, pixel, weather } from './case.mjs'

const open = (at) => new OpenAI({ baseURL: at.openai, apiKey: at.key })
const { name, description, schema } = weather
const tool = { type: 'function', name, description, parameters: schema, strict: true }

const create = (body) => (at) =>
  open(at).responses.create({ model: at.model, input: '@sim out=24 Where is parcel 4711?', store: false, ...body })

const stream = (body) => async (at) => {
  const running = open(at).responses.stream({
    model: at.model,
    input: '@sim out=24 Where is parcel 4711?',
    store: false,
    ...body,
  })
  const events = await collect(running)
  return { events, final: await running.finalResponse() }
}

const thoughtful = { input: '@sim reasoning=6 out=14 Hi', reasoning: { effort: 'low', summary: 'auto' } }

const toolTurn = {
  tools: [tool],
  input: [
    { role: 'user', content: '@sim out=12 What is the weather?' },
    { type: 'function_call', call_id: 'call_1', name, arguments: '{"place":"Kiel","days":1}' },
    { type: 'function_call', call_id: 'call_2', name, arguments: '{"place":"Bonn","days":1}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'Sunny' },
    { type: 'function_call_output', call_id: 'call_2', output: 'Rain' },
  ],
}
const picture = [
  {
    role: 'user',
    content: [
      { type: 'input_text', text: '@sim out=9 What is this?' },
      { type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'auto' },
    ],
  },
]
const history = [
  { role: 'user', content: 'Hello' },
  { role: 'assistant', content: 'Hello. How can I help?' },
  { role: 'user', content: '@sim out=24 Where is parcel 4711?' },
]
const parcel = z.object({ id: z.string(), weight: z.number() })

const scenarios = [
  { name: 'plain', run: create({}) },
  { name: 'instructions and history', run: create({ instructions: 'Be brief.', input: history }) },
  { name: 'image', run: create({ input: picture }) },
  { name: 'cut by max_output_tokens', run: create({ max_output_tokens: 18, input: '@sim out=40 Hi' }) },
  { name: 'reasoning', native: true, run: create({ ...thoughtful, reasoning: { effort: 'low' } }) },
  { name: 'summary of reasoning', run: create(thoughtful) },
  { name: 'cached prompt', run: create({ input: '@sim in=50 cached=30 out=4 Hi' }) },
  { name: 'tool', run: create({ input: '@sim tool out=30 Weather?', tools: [tool] }) },
  { name: 'tool by name', run: create({ tools: [tool], tool_choice: { type: 'function', name } }) },
  { name: 'parallel tool results', run: create(toolTurn) },
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
  { name: 'plain', stream: true, run: stream({}) },
  { name: 'cut by max_output_tokens', stream: true, run: stream({ max_output_tokens: 18, input: '@sim out=40 Hi' }) },
  {
    name: 'summary of reasoning',
    stream: true,
    run: stream(thoughtful),
  },
  { name: 'tool', stream: true, run: stream({ input: '@sim tool out=30 Weather?', tools: [tool] }) },
  { name: 'parallel tool results', stream: true, run: stream(toolTurn) },
  {
    name: 'structured output',
    stream: true,
    run: stream({ input: '@sim out=60 Which parcel?', text: { format: zodTextFormat(parcel, 'parcel') } }),
  },
]

export default conversations({ client: 'openai', endpoint: 'responses', wire: 'openai' }, scenarios, [
  ...makers,
  'azure',
  'azure-v1',
  'vertex',
])

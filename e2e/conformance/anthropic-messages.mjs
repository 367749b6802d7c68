// Anthropic's client: messages, natively and with the models of other providers; counting; models.
import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import * as z from 'zod'
import { collect, conversations, makers, natively, pixel, weather } from './case.mjs'

const open = (at) => new Anthropic({ baseURL: at.anthropic, apiKey: at.key, authToken: null })
/** As Claude Code does it: ANTHROPIC_AUTH_TOKEN is a bearer token, and calls go to the beta address. */
const openLikeClaudeCode = (at) => new Anthropic({ baseURL: at.anthropic, authToken: at.key, apiKey: null })

const user = (content) => ({ role: 'user', content })
const asked = { max_tokens: 256, messages: [user('@sim out=24 Where is parcel 4711?')] }
const { name, description, schema } = weather
const tool = { name, description, input_schema: schema }
const otherTool = { name: 'get_time', input_schema: { type: 'object', properties: {} } }

const create = (body) => (at) => open(at).messages.create({ model: at.model, ...asked, ...body })

const stream = (body) => async (at) => {
  const running = open(at).messages.stream({ model: at.model, ...asked, ...body })
  const events = await collect(running)
  return { events, final: await running.finalMessage() }
}

const rawStream = (body) => async (at) => ({
  events: await collect(await open(at).messages.create({ model: at.model, ...asked, ...body, stream: true })),
})

const toolUse = (id, place) => ({ type: 'tool_use', id, name, input: { place, days: 1 } })
const result = (id, fields = {}) => ({ type: 'tool_result', tool_use_id: id, content: 'Sunny, 20 degrees', ...fields })
const toolTurn = (uses, results) => ({
  tools: [tool],
  messages: [user('@sim out=12 What is the weather?'), { role: 'assistant', content: uses }, user(results)],
})
const picture = user([
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
  { type: 'text', text: '@sim out=9 What is this?' },
])
const history = {
  system: [{ type: 'text', text: 'You answer in one sentence.', cache_control: { type: 'ephemeral' } }],
  messages: [user('Hello'), { role: 'assistant', content: 'Hello. How can I help?' }, ...asked.messages],
}
const thinking = {
  max_tokens: 4096,
  thinking: { type: 'enabled', budget_tokens: 1024 },
  messages: [user('@sim reasoning=6 out=14 Hi')],
}
/** OpenAI bills thoughts in a chat and never shows them. */
const unseen = { content: [{ type: 'text' }], usage: { output_tokens: 14 }, stop_reason: 'end_turn' }
const parcel = z.object({ id: z.string(), weight: z.number() })

const scenarios = [
  { name: 'plain', run: create({}) },
  { name: 'system prompt', run: create({ system: 'You answer in one sentence.' }) },
  { name: 'system blocks and history', run: create(history) },
  { name: 'image', run: create({ messages: [picture] }) },
  { name: 'cut by max_tokens', run: create({ max_tokens: 8 }) },
  { name: 'stop sequences', run: create({ stop_sequences: ['\n\n', 'END'] }) },
  { name: 'temperature', run: create({ temperature: 0.2 }) },
  { name: 'cached prompt', run: create({ messages: [user('@sim in=50 cached=30 out=4 Hi')] }) },
  { name: 'thinking', otherwise: { openai: { result: unseen } }, run: create(thinking) },
  { name: 'tool', run: create({ messages: [user('@sim tool out=30 Weather?')], tools: [tool, otherTool] }) },
  { name: 'tool by name', run: create({ tools: [otherTool, tool], tool_choice: { type: 'tool', name } }) },
  { name: 'any tool', run: create({ tools: [tool], tool_choice: { type: 'any' } }) },
  {
    name: 'tool forbidden',
    run: create({ messages: [user('@sim tool Hi')], tools: [tool], tool_choice: { type: 'none' } }),
  },
  { name: 'tool result', run: create(toolTurn([toolUse('toolu_1', 'Kiel')], [result('toolu_1')])) },
  {
    name: 'parallel tool results',
    run: create(
      toolTurn([toolUse('toolu_1', 'Kiel'), toolUse('toolu_2', 'Bonn')], [result('toolu_1'), result('toolu_2')]),
    ),
  },
  { name: 'failed tool', run: create(toolTurn([toolUse('toolu_1', 'Kiel')], [result('toolu_1', { is_error: true })])) },
  {
    name: 'tool loop of the client',
    native: true,
    run: async (at) => {
      const runner = open(at).beta.messages.toolRunner({
        model: at.model,
        max_tokens: 256,
        messages: [user('@sim tool out=30 Weather?')],
        tools: [{ ...tool, run: () => 'Sunny', parse: (input) => input }],
      })
      return collect(runner)
    },
  },
  {
    name: 'structured output',
    run: (at) =>
      open(at).messages.parse({
        model: at.model,
        max_tokens: 256,
        messages: [user('@sim out=60 Which parcel?')],
        output_config: { format: zodOutputFormat(parcel) },
      }),
  },
  {
    name: 'cache for an hour',
    native: true,
    run: create({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [user('@sim in=50 cache_write=20 out=4 Hi')],
    }),
  },
  {
    name: 'cache for five minutes',
    native: true,
    run: create({ messages: [user('@sim in=50 cache_write=20 out=4 Hi')] }),
  },
  {
    name: 'fields that nobody knows',
    native: true,
    run: create({ brand_new_field: 1.5, metadata: { user_id: 'u1' } }),
  },
  {
    name: 'as Claude Code calls it',
    run: (at) => openLikeClaudeCode(at).beta.messages.create({ model: at.model, ...asked }),
  },

  { name: 'plain', stream: true, run: stream({}) },
  { name: 'raw events', stream: true, run: rawStream({}) },
  { name: 'system blocks and history', stream: true, run: stream(history) },
  { name: 'cut by max_tokens', stream: true, run: stream({ max_tokens: 8 }) },
  { name: 'thinking', stream: true, otherwise: { openai: { result: { final: unseen } } }, run: stream(thinking) },
  { name: 'tool', stream: true, run: stream({ messages: [user('@sim tool out=30 Weather?')], tools: [tool] }) },
  {
    name: 'parallel tool results',
    stream: true,
    run: stream(
      toolTurn([toolUse('toolu_1', 'Kiel'), toolUse('toolu_2', 'Bonn')], [result('toolu_1'), result('toolu_2')]),
    ),
  },
  {
    name: 'multi-byte text in pieces',
    stream: true,
    run: stream({ messages: [user('@sim garbage=split out=20 Hi')] }),
  },
  { name: 'mixed line ends', stream: true, run: stream({ messages: [user('@sim garbage=crlf out=20 Hi')] }) },
  {
    name: 'as Claude Code calls it',
    stream: true,
    run: async (at) => {
      const running = openLikeClaudeCode(at).beta.messages.stream({ model: at.model, ...asked })
      return { events: await collect(running), final: await running.finalMessage() }
    },
  },
]

const messages = conversations({ client: '@anthropic-ai/sdk', endpoint: 'messages', wire: 'anthropic' }, scenarios, [
  ...makers,
  'azure',
  'vertex',
  'vertex-anthropic',
])

const { max_tokens: _none, ...counted } = asked

const counting = natively({ client: '@anthropic-ai/sdk', endpoint: 'count_tokens', wire: 'anthropic' }, [
  { name: 'plain', run: (at) => open(at).messages.countTokens({ model: at.model, ...counted }) },
  {
    name: 'system and tools',
    run: (at) => open(at).messages.countTokens({ model: at.model, ...counted, system: 'Be brief.', tools: [tool] }),
  },
  {
    name: 'as Claude Code calls it',
    run: (at) => openLikeClaudeCode(at).beta.messages.countTokens({ model: at.model, ...counted }),
  },
])

const entry = { type: 'model', id: 'claude-sonnet-4-5' }

const models = natively({ client: '@anthropic-ai/sdk', endpoint: 'models', wire: 'anthropic' }, [
  {
    name: 'list',
    expected: { result: entry },
    run: async (at) => (await collect(open(at).models.list())).find(({ id }) => id === at.model),
  },
  { name: 'retrieve', expected: { result: entry }, run: (at) => open(at).models.retrieve(at.model) },
])

/** The gateway has Anthropic's calls a second time, below a path of their own. */
const below = { client: '@anthropic-ai/sdk', wire: 'anthropic-below', provider: 'anthropic' }
const moved = (run) => (at) => run({ ...at, anthropic: at['anthropic-below'] })
const again = [
  ...natively({ ...below, endpoint: 'messages' }, [
    { name: 'plain', run: moved(create({})) },
    { name: 'plain', stream: true, run: moved(stream({})) },
  ]),
  ...natively({ ...below, endpoint: 'count_tokens' }, [
    { name: 'plain', run: moved((at) => open(at).messages.countTokens({ model: at.model, ...counted })) },
  ]),
  ...natively({ ...below, endpoint: 'models' }, [
    {
      name: 'list',
      expected: { result: entry },
      run: moved(async (at) => (await collect(open(at).models.list())).find(({ id }) => id === at.model)),
    },
    { name: 'retrieve', expected: { result: entry }, run: moved((at) => open(at).models.retrieve(at.model)) },
  ]),
]

export default [...messages, ...counting, ...models, ...again]

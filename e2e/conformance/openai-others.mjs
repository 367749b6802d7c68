// OpenAI's client: the endpoints that hold no conversation.
import OpenAI from 'openai'
import { collect, natively } from './case.mjs'

const open = (at) => new OpenAI({ baseURL: at.openai, apiKey: at.key })

const complete = (body) => (at) =>
  open(at).completions.create({ model: at.model, prompt: '@sim out=20 Parcel 4711 is', ...body })

const embed = (body) => (at) =>
  open(at).embeddings.create({ model: at.model, input: 'Where is parcel 4711?', dimensions: 8, ...body })

const completions = natively({ client: 'openai', endpoint: 'completions', wire: 'openai' }, [
  { name: 'plain', run: complete({}) },
  { name: 'cut by max_tokens', run: complete({ max_tokens: 6 }) },
  { name: 'plain', stream: true, run: async (at) => ({ chunks: await collect(await complete({ stream: true })(at)) }) },
  {
    name: 'with usage',
    stream: true,
    run: async (at) => ({
      chunks: await collect(await complete({ stream: true, stream_options: { include_usage: true } })(at)),
    }),
  },
])

const embeddings = natively(
  { client: 'openai', endpoint: 'embeddings', wire: 'openai', model: 'text-embedding-3-small' },
  [
    { name: 'as the client asks', run: embed({}) },
    { name: 'float', run: embed({ encoding_format: 'float' }) },
    { name: 'base64', run: embed({ encoding_format: 'base64' }) },
    { name: 'several inputs', run: embed({ input: ['one', 'two', 'three'] }) },
    { name: 'tokens', run: embed({ input: [[1, 2, 3], [4]], encoding_format: 'float' }) },
  ],
)

const moderations = natively(
  { client: 'openai', endpoint: 'moderations', wire: 'openai', model: 'omni-moderation-latest' },
  [
    { name: 'one text', run: (at) => open(at).moderations.create({ model: at.model, input: 'I like parcels.' }) },
    { name: 'several texts', run: (at) => open(at).moderations.create({ model: at.model, input: ['one', 'two'] }) },
  ],
)

const entry = { id: 'gpt-4o-mini', object: 'model', owned_by: 'openai' }

const models = natively({ client: 'openai', endpoint: 'models', wire: 'openai' }, [
  {
    name: 'list',
    expected: { result: entry },
    run: async (at) => (await collect(open(at).models.list())).find(({ id }) => id === at.model),
  },
  { name: 'retrieve', expected: { result: entry }, run: (at) => open(at).models.retrieve(at.model) },
])

export default [...completions, ...embeddings, ...moderations, ...models]

// OpenAI's client: pictures, billed by the token or by the piece.
import OpenAI from 'openai'
import { collect, natively } from './case.mjs'

const open = (at) => new OpenAI({ baseURL: at.openai, apiKey: at.key })

const generate = (body) => (at) =>
  open(at).images.generate({ model: at.model, prompt: '@sim out=90 A depot at night', ...body })

const stream = (body) => async (at) => ({ events: await collect(await generate({ ...body, stream: true })(at)) })

/** Addresses of pictures have the call's id in them. */
const addresses = (body) => async (at) => {
  const { data, ...answer } = await generate(body)(at)
  return { ...answer, data: data.map(({ url }) => new URL(url).pathname.split('/').at(-1)) }
}

const inTokens = [
  { name: 'plain', run: generate({}) },
  { name: 'several', run: generate({ n: 3, size: '1024x1536', quality: 'low' }) },
  { name: 'plain', stream: true, run: stream({}) },
  { name: 'partial images', stream: true, run: stream({ n: 2, partial_images: 2 }) },
]
const byThePiece = [
  { name: 'addresses', run: addresses({ n: 2 }) },
  { name: 'base64', run: generate({ response_format: 'b64_json', size: '1024x1024' }) },
]

const images = { client: 'openai', endpoint: 'images', wire: 'openai' }
export default [
  ...natively({ ...images, model: 'gpt-image-1.5' }, inTokens),
  ...natively({ ...images, model: 'dall-e-3' }, byThePiece),
  ...natively({ ...images, model: 'gpt-image-1', provider: 'azure-v1' }, inTokens),
]

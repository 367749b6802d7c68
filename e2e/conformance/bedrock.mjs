// AWS's client: Converse, natively and with the models of other providers; InvokeModel with Anthropic's body.
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { conversations, makers, natively, pixel, thrownBy, weather } from './case.mjs'

/** On plain http the client must be told to speak HTTP/1. */
const open = (at, more = {}) =>
  new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: at.bedrock,
    requestHandler: new NodeHttpHandler(),
    token: { token: at.key },
    authSchemePreference: ['httpBearerAuth'],
    ...more,
  })

const user = (...content) => ({ role: 'user', content })
const text = (words) => ({ text: words })
const asked = { messages: [user(text('@sim out=24 Where is parcel 4711?'))] }
const { name, description, schema } = weather
const tool = { toolSpec: { name, description, inputSchema: { json: schema } } }
const toolUse = (toolUseId, place) => ({ toolUse: { toolUseId, name, input: { place, days: 1 } } })
const result = (toolUseId) => ({ toolResult: { toolUseId, content: [text('Sunny, 20 degrees')] } })
const toolTurn = {
  toolConfig: { tools: [tool] },
  messages: [
    user(text('@sim out=12 What is the weather?')),
    { role: 'assistant', content: [toolUse('tooluse_1', 'Kiel'), toolUse('tooluse_2', 'Bonn')] },
    user(result('tooluse_1'), result('tooluse_2')),
  ],
}

/** What the client tells of an answer, without what it tells of itself. */
const told = ({ $metadata: { httpStatusCode, attempts }, metrics: _metrics, ...answer }) => ({
  ...answer,
  httpStatusCode,
  attempts,
})

const converse = (body) => async (at) =>
  told(await open(at).send(new ConverseCommand({ modelId: at.model, ...asked, ...body })))

/** The pieces of one block are put together: how an answer is cut is up to the provider. */
const converseStream = (body) => async (at) => {
  const { stream } = await open(at).send(new ConverseStreamCommand({ modelId: at.model, ...asked, ...body }))
  const said = { text: '', input: '', tools: [] }
  for await (const { contentBlockStart, contentBlockDelta, messageStop, metadata } of stream) {
    said.text += contentBlockDelta?.delta.text ?? ''
    said.input += contentBlockDelta?.delta.toolUse?.input ?? ''
    if (contentBlockStart?.start.toolUse) said.tools.push(contentBlockStart.start.toolUse.name)
    if (messageStop) said.stopReason = messageStop.stopReason
    if (metadata) said.usage = metadata.usage
  }
  return { ...said, input: said.input === '' ? null : JSON.parse(said.input) }
}

const scenarios = [
  { name: 'plain', run: converse({}) },
  { name: 'system prompt', run: converse({ system: [text('You answer in one sentence.')] }) },
  { name: 'cut by maxTokens', run: converse({ inferenceConfig: { maxTokens: 8 } }) },
  { name: 'temperature', run: converse({ inferenceConfig: { temperature: 0.2 } }) },
  {
    name: 'image',
    run: converse({
      messages: [
        user({ image: { format: 'png', source: { bytes: Buffer.from(pixel, 'base64') } } }, text('@sim out=9 What?')),
      ],
    }),
  },
  {
    name: 'tool',
    run: converse({ messages: [user(text('@sim tool out=30 Weather?'))], toolConfig: { tools: [tool] } }),
  },
  { name: 'tool by name', run: converse({ toolConfig: { tools: [tool], toolChoice: { tool: { name } } } }) },
  { name: 'parallel tool results', run: converse(toolTurn) },
  { name: 'cached prompt', run: converse({ messages: [user(text('@sim in=50 cached=30 out=4 Hi'))] }) },
  { name: 'plain', stream: true, run: converseStream({}) },
  { name: 'cut by maxTokens', stream: true, run: converseStream({ inferenceConfig: { maxTokens: 8 } }) },
  {
    name: 'tool',
    stream: true,
    run: converseStream({ messages: [user(text('@sim tool out=30 Weather?'))], toolConfig: { tools: [tool] } }),
  },
  { name: 'parallel tool results', stream: true, run: converseStream(toolTurn) },
]

const conversing = conversations(
  { client: '@aws-sdk/client-bedrock-runtime', endpoint: 'converse', wire: 'bedrock' },
  scenarios,
  [...makers, 'azure', 'vertex', 'vertex-anthropic'],
)

const anthropicBody = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 64,
  messages: [{ role: 'user', content: '@sim out=9 Hi' }],
})
const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes))

const invoking = natively({ client: '@aws-sdk/client-bedrock-runtime', endpoint: 'invoke', wire: 'bedrock' }, [
  {
    name: 'Anthropic’s body',
    run: async (at) =>
      decode((await open(at).send(new InvokeModelCommand({ modelId: at.model, body: anthropicBody }))).body),
  },
  {
    name: 'Anthropic’s body',
    stream: true,
    run: async (at) => {
      const command = new InvokeModelWithResponseStreamCommand({ modelId: at.model, body: anthropicBody })
      const events = []
      for await (const { chunk } of (await open(at).send(command)).body) events.push(decode(chunk.bytes))
      return events.map(({ 'amazon-bedrock-invocationMetrics': _metrics, ...event }) => event)
    },
  },
])

const once = { maxAttempts: 1 }
const failing = natively({ client: '@aws-sdk/client-bedrock-runtime', endpoint: 'converse', wire: 'bedrock' }, [
  {
    name: 'no such model',
    expected: { result: { class: 'ResourceNotFoundException' } },
    run: (at) => thrownBy(() => open(at, once).send(new ConverseCommand({ ...asked, modelId: 'no-such-model' }))),
  },
  {
    name: 'a limit is reached',
    expected: { result: { class: 'ThrottlingException' } },
    run: async (at) => {
      const client = open({ ...at, key: await at.mint({ limits: { rpm: 1 } }) }, once)
      const ask = () => client.send(new ConverseCommand({ ...asked, modelId: at.model }))
      await ask()
      return thrownBy(ask)
    },
  },
  {
    name: 'no key at all',
    expected: { result: { class: 'AccessDeniedException' } },
    run: (at) =>
      thrownBy(() => open({ ...at, key: 'nothing' }, once).send(new ConverseCommand({ ...asked, modelId: at.model }))),
  },
])

export default [...conversing, ...invoking, ...failing]

// What the cases of all clients have in common. A case runs one client once, against whatever address it is handed, and
// tells what the client told: a plain value, compared field by field with what the same client told of the provider.

/**
 * Where a case runs: base URLs as the clients of each wire take them, a key, and the model that it asks for.
 *
 * @typedef {object} At
 * @property {string} openai ends in /v1
 * @property {string} anthropic the host alone; clients add /v1/messages
 * @property {string} anthropic-below the same, where the gateway has it below /anthropic
 * @property {string} gemini ends in /gemini; clients add /v1beta/…
 * @property {string} gemini-root the same, where the gateway has it at the host alone
 * @property {string} bedrock ends in /bedrock
 * @property {string} azure ends in /azure; clients add /openai/deployments/…
 * @property {string} azure-v1 ends in /azure/openai/v1
 * @property {string} vertex ends in /vertex; clients add /v1beta1/projects/…
 * @property {string} vertex-anthropic ends in /vertex/v1; clients add /projects/…
 * @property {string} key
 * @property {string} model
 * @property {string} other a model that is not `model`
 * @property {(wish: object) => Promise<string>} mint a key with a policy of its own (through the gateway only)
 * @property {() => Promise<void>} untilRunning waits until a call has reached the provider
 */

/**
 * @typedef {object} Case
 * @property {string} client
 * @property {string} endpoint
 * @property {keyof typeof formats} provider whose model answers
 * @property {keyof typeof formats} wire the address in `At` that the client calls
 * @property {boolean} translated the provider does not speak what the client does
 * @property {boolean} stream
 * @property {string} name
 * @property {string} [model] another than the provider's usual one
 * @property {boolean} [leaves] the client goes away before the end: usage is then an estimate
 * @property {boolean} [rests] the gateway spares the provider for a moment afterwards
 * @property {boolean} [estimated] the wire tells no usage: the ledger's is an estimate, and says so
 * @property {object} [expected] what must be told, instead of what the provider tells; fields that are not named may be anything
 * @property {(at: At) => Promise<unknown>} run
 */

/** What is spoken at each address, and by each provider. */
const formats = {
  openai: 'openai',
  azure: 'openai',
  'azure-v1': 'openai',
  anthropic: 'anthropic',
  'anthropic-below': 'anthropic',
  'vertex-anthropic': 'anthropic',
  gemini: 'gemini',
  'gemini-root': 'gemini',
  vertex: 'gemini',
  bedrock: 'bedrock',
}

/** Azure's deployments answer chats alone: responses are carried to them as chats. */
const isTranslated = ({ endpoint, wire, provider }) =>
  formats[wire] !== formats[provider] || (provider === 'azure' && endpoint === 'responses')

/** Who has a wire of their own. */
export const makers = ['openai', 'anthropic', 'gemini', 'bedrock']
const isCloud = (name) => !makers.includes(name)

/** What a cloud could do otherwise than whoever made its wire, where calls are translated: addresses, versions and ids. */
const clouds = /^(plain|tool|tool result|parallel tool results|function|function response)$/

/**
 * Conversations of one client at one endpoint: with the models of these providers, those that are `native` with its own
 * alone, and between a cloud and another wire the few that depend on the cloud: the translation is its maker's.
 * `otherwise` is what must be told where a provider cannot do what the client's own does.
 *
 * @param {Pick<Case, 'client' | 'endpoint' | 'wire'>} of
 * @param {readonly (Pick<Case, 'name' | 'run'> & Partial<Case> & { native?: boolean, otherwise?: object })[]} scenarios
 * @param {readonly Case['provider'][]} providers
 * @returns {Case[]}
 */
export function conversations(of, scenarios, providers = makers) {
  return providers.flatMap((provider) => {
    const translated = isTranslated({ ...of, provider })
    const isBrief = translated && (isCloud(of.wire) || isCloud(provider))
    return scenarios
      .filter(({ native }) => !native || provider === of.wire)
      .filter(({ name }) => !isBrief || clouds.test(name))
      .map(({ native: _native, otherwise = {}, ...scenario }) => {
        const expected = otherwise[provider] ?? (provider === of.wire ? undefined : otherwise[formats[provider]])
        return {
          stream: false,
          ...of,
          provider,
          translated,
          ...scenario,
          ...(expected ? { expected } : {}),
        }
      })
  })
}

/** The same at endpoints that no other wire has; `provider` where it is another than the wire's own. */
export function natively(of, scenarios) {
  return scenarios.map((scenario) => {
    const one = { stream: false, provider: of.wire, ...of, ...scenario }
    return { ...one, translated: isTranslated(one) }
  })
}

/** Everything that an async iterable gives. */
export async function collect(stream) {
  const all = []
  for await (const one of stream) all.push(one)
  return all
}

/** What a client throws, as its users see it. */
export async function thrownBy(run) {
  try {
    await run()
  } catch (error) {
    return describe(error)
  }
  return { class: null }
}

function describe(error) {
  const { status, statusCode, code, type, param, message, isRetryable, reason, lastError } = error
  return {
    class: error.constructor.name,
    status: status ?? statusCode,
    code,
    type,
    param,
    // Some clients put the whole body into the message, the call's id with it.
    message: message.replaceAll(/req_[\w-]+/g, 'req_…'),
    isRetryable,
    reason,
    gatehouse: error.error?.gatehouse?.code ?? error.error?.error?.gatehouse?.code,
    ...(lastError ? { lastError: describe(lastError) } : {}),
  }
}

/** The smallest PNG there is, one pixel. */
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A WAV of 8 kHz, one channel, 16 bits. */
export const twoSecondsOfSilence = silence(2)

function silence(seconds) {
  const [rate, soundBytes] = [8_000, seconds * 16_000]
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + soundBytes, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(soundBytes, 40)
  return Buffer.concat([head, Buffer.alloc(soundBytes)])
}

export const weather = {
  name: 'get_weather',
  description: 'The weather at a place',
  schema: {
    type: 'object',
    properties: { place: { type: 'string' }, days: { type: 'integer' } },
    required: ['place', 'days'],
    additionalProperties: false,
  },
}

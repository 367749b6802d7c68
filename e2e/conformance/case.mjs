// What the cases of all clients have in common. A case runs one client once, against whatever address it is handed, and
// tells what the client told: a plain value, compared field by field with what the same client told of the provider.

/**
 * Where a case runs: base URLs as the clients of each wire take them, a key, and the model that it asks for.
 *
 * @typedef {object} At
 * @property {string} openai ends in /v1
 * @property {string} anthropic the host alone; clients add /v1/messages
 * @property {string} gemini the host alone; clients add /v1beta/…
 * @property {string} bedrock ends in /bedrock
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
 * @property {'openai' | 'anthropic' | 'gemini' | 'bedrock'} provider whose model answers
 * @property {'openai' | 'anthropic' | 'gemini' | 'bedrock'} wire that the client speaks
 * @property {boolean} stream
 * @property {string} name
 * @property {string} [model] another than the provider's usual one
 * @property {boolean} [leaves] the client goes away before the end: usage is then an estimate
 * @property {boolean} [rests] the gateway spares the provider for a moment afterwards
 * @property {boolean} [estimated] the wire tells no usage: the ledger's is an estimate, and says so
 * @property {object} [expected] what must be told, instead of what the provider tells; fields that are not named may be anything
 * @property {(at: At) => Promise<unknown>} run
 */

const everyProvider = ['openai', 'anthropic', 'gemini', 'bedrock']

/**
 * Conversations of one client at one endpoint: natively, and unless they are `native` with the models of every other
 * provider too. `otherwise` is what must be told where a provider cannot do what the client's own does.
 *
 * @param {Pick<Case, 'client' | 'endpoint' | 'wire'>} of
 * @param {readonly (Pick<Case, 'name' | 'run'> & Partial<Case> & { native?: boolean, otherwise?: object })[]} scenarios
 * @returns {Case[]}
 */
export function conversations(of, scenarios) {
  return everyProvider.flatMap((provider) =>
    scenarios
      .filter(({ native }) => !native || provider === of.wire)
      .map(({ native: _native, otherwise = {}, ...scenario }) => ({
        stream: false,
        ...of,
        provider,
        ...scenario,
        ...(otherwise[provider] ? { expected: otherwise[provider] } : {}),
      })),
  )
}

/** The same at endpoints that no other wire has. */
export function natively(of, scenarios) {
  return scenarios.map((scenario) => ({ stream: false, provider: of.wire, ...of, ...scenario }))
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

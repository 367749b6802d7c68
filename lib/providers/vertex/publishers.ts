/**
 * How a call reaches Google's Vertex AI. A base URL ends where publishers begin, such as
 * https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION; a model is on its publisher's own wire.
 *
 * - google: Gemini's. Embeddings are another method there (`predict`) with another body, which nobody's own wire has.
 * - anthropic: the Messages API, whose address names the model and whose body names a version instead
 */
import type { BodyFields } from '#lib/formats/contract.ts'
import { wantsEvents } from '#lib/formats/gemini/alt.ts'
import { withoutCallIds } from '#lib/providers/vertex/call-ids.ts'
import { baseOf, forwardedHeaders, type Provider, type RequestFacts } from '#lib/providers/upstream-request.ts'

const google: Provider = {
  operations: ['generateContent', 'countTokens', 'predict'],
  request(facts) {
    const { operation, stream, query } = facts
    const method = stream ? 'streamGenerateContent' : operation
    const alt = stream && (query === null || wantsEvents(query)) ? '?alt=sse' : ''
    return to(facts, `google/models/${nameIn(facts)}:${method}${alt}`, ['x-goog-api-client', 'x-server-timeout'])
  },
  // Bodies for Google's other API may name the model in its way; here the address does.
  bodyFields: ({ contents }, operation): BodyFields =>
    operation === 'predict' ? {} : { model: undefined, contents: withoutCallIds(contents) },
}

const anthropic: Provider = {
  operations: ['messages', 'count_tokens'],
  request(facts) {
    const method = facts.stream ? 'streamRawPredict' : 'rawPredict'
    const target = facts.operation === 'count_tokens' ? 'count-tokens' : nameIn(facts)
    return to(facts, `anthropic/models/${target}:${method}`, ['anthropic-beta'])
  },
  bodyFields: (body, operation, upstreamModel, caller): BodyFields => ({
    anthropic_version: versionOf(body.anthropic_version ?? caller['anthropic-version']),
    model: operation === 'count_tokens' ? modelOf(upstreamModel).name : undefined,
  }),
}

const firstVersion = 'vertex-2023-10-16'

/**
 * What the caller's client was made for: one for a cloud says it in the body, one for Anthropic's own API in a header. Later versions have the same name on every cloud, a date, and change what is
 * answered; to the first one Vertex gave a name of its own.
 */
function versionOf(asked: unknown): string {
  const isLater = typeof asked === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked > '2023-06-01'
  return isLater ? asked : firstVersion
}

/** Models of other publishers are on a wire that is not spoken here. */
const unspoken: Provider = {
  operations: [],
  request() {
    throw new Error('no call can go to this publisher')
  },
}

const publishers = new Map([
  ['google', google],
  ['anthropic', anthropic],
])

export function vertexAt(_baseUrl: string, upstreamModel: string): Provider {
  return publishers.get(modelOf(upstreamModel).publisher) ?? unspoken
}

/** `anthropic/claude-…` and `google/…` say whose the model is; without that its name tells. */
function modelOf(upstreamModel: string): { readonly publisher: string; readonly name: string } {
  const slash = upstreamModel.indexOf('/')
  if (slash > 0) return { publisher: upstreamModel.slice(0, slash), name: upstreamModel.slice(slash + 1) }
  return { publisher: upstreamModel.startsWith('claude') ? 'anthropic' : 'google', name: upstreamModel }
}

/** Versions stand behind an @, which addresses may have as it is. */
function nameIn({ upstreamModel }: RequestFacts): string {
  return encodeURIComponent(modelOf(upstreamModel).name).replaceAll('%40', '@')
}

function to(facts: RequestFacts, target: string, passedOn: readonly string[]) {
  const { origin, basePath } = baseOf(facts.baseUrl)
  const headers = forwardedHeaders(facts.caller, passedOn)
  if (facts.credential !== null) Object.assign(headers, shown(facts.credential))
  return { origin, path: `${basePath}/publishers/${target}`, headers }
}

/** Google's keys begin so; what else is shown is an access token. */
function shown(credential: string): Record<string, string> {
  return /^(?:AIza|AQ\.)/.test(credential)
    ? { 'x-goog-api-key': credential }
    : { authorization: `Bearer ${credential}` }
}

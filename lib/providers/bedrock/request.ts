/** How a call reaches Bedrock: the address, headers built from an allow-list, and a signature or a bearer token. */
import type { Operation } from '#lib/formats/contract.ts'
import { framesType } from '#lib/formats/bedrock/frames.ts'
import { signed, type AwsKeys } from '#lib/providers/bedrock/sign.ts'
import { baseOf, forwardedHeaders, type RequestFacts, type UpstreamRequest } from '#lib/providers/upstream-request.ts'

/** What InvokeModel takes beside the model's own body. */
const passedOn = [
  'x-amzn-bedrock-accept',
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-guardrailversion',
  'x-amzn-bedrock-performanceconfig-latency',
  'x-amzn-bedrock-service-tier',
  'x-amzn-bedrock-trace',
] as const

type Actions = { readonly whole: string; readonly stream: string }

const actions: Partial<Record<Operation, Actions>> = {
  converse: { whole: 'converse', stream: 'converse-stream' },
  invoke: { whole: 'invoke', stream: 'invoke-with-response-stream' },
}

/**
 * `baseUrl` is an endpoint's, such as https://bedrock-runtime.eu-central-1.amazonaws.com; one whose name has no region in it
 * tells it as `?region=`. A credential of the form `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, with `:SESSION_TOKEN` where there is
 * one, signs; any other is an API key of Bedrock's.
 */
export async function bedrockRequest(facts: RequestFacts): Promise<UpstreamRequest> {
  const { baseUrl, operation, upstreamModel, stream, credential, caller, body, nowMs } = facts
  const { origin, basePath } = baseOf(baseUrl)
  const headers = forwardedHeaders(caller, operation === 'invoke' ? passedOn : [])
  headers.accept = stream ? framesType : 'application/json'
  const path = `${basePath}/model/${escaped(upstreamModel)}/${actions[operation]![stream ? 'stream' : 'whole']}`
  const request = { origin, path, headers }
  const keys = credential === null ? null : awsKeysIn(credential)
  if (keys) return signed(request, body, keys, regionOf(baseUrl), nowMs)
  if (credential !== null) headers.authorization = `Bearer ${credential}`
  return request
}

/** As AWS's clients escape a part of an address: nothing but letters, digits and `-._~` stays. */
function escaped(model: string): string {
  return encodeURIComponent(model).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function awsKeysIn(credential: string): AwsKeys | null {
  const [, accessKeyId, secretAccessKey, sessionToken] = /^([A-Z0-9]{16,128}):([^:]+)(?::(.+))?$/.exec(credential) ?? []
  if (!accessKeyId || !secretAccessKey) return null
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

const regionInHost = /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./

/** Where AWS's own clients end up too when nobody tells them a region. */
const defaultRegion = 'us-east-1'

export function regionOf(baseUrl: string): string {
  const { hostname, searchParams } = new URL(baseUrl)
  return searchParams.get('region') ?? regionInHost.exec(hostname)?.[1] ?? defaultRegion
}

/** The cases as the harness sees them; e2e/conformance has the cases, in JavaScript, beside the clients they use. */
import type { KeyWish } from '#lib/testing/gateway.ts'

/** Azure has two surfaces, and Vertex AI has models of Google's and of Anthropic's, each on its maker's wire. */
export type ProviderName =
  | 'openai'
  | 'anthropic'
  | 'gemini'
  | 'bedrock'
  | 'azure'
  | 'azure-v1'
  | 'vertex'
  | 'vertex-anthropic'

/** Addresses: each provider's own, and where the gateway has the same wire a second time. */
export type Wire = ProviderName | 'anthropic-below' | 'gemini-root'

/** Where a case runs. Base URLs are what the clients of each wire take. */
export type At = Readonly<Record<Wire, string>> & {
  readonly key: string
  readonly model: string
  readonly other: string
  readonly mint: (wish: KeyWish) => Promise<string>
  readonly untilRunning: () => Promise<void>
}

export type Case = {
  readonly client: string
  readonly endpoint: string
  readonly provider: ProviderName
  /** Where the client calls. */
  readonly wire: Wire
  /** The provider does not speak what the client does. */
  readonly translated: boolean
  readonly stream: boolean
  readonly name: string
  readonly model?: string
  /** The client goes away, or the provider breaks off: usage is then an estimate. */
  readonly leaves?: boolean
  /** The provider says that it is called too often, so the gateway spares it for a moment afterwards. */
  readonly rests?: boolean
  /** The wire tells no usage: the ledger's is an estimate, and says so. */
  readonly estimated?: boolean
  /** What must be told, where the provider has nothing to compare with; what it does not name may be anything. */
  readonly expected?: object
  readonly run: (at: At) => Promise<unknown>
}

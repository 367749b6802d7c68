/** The cases as the harness sees them; e2e/conformance has the cases, in JavaScript, beside the clients they use. */
import type { KeyWish } from '#lib/testing/gateway.ts'

export const wires = ['openai', 'anthropic', 'gemini', 'bedrock'] as const
export type Wire = (typeof wires)[number]

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
  readonly provider: Wire
  /** Which the client speaks. Another than the provider's: the call is translated. */
  readonly wire: Wire
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

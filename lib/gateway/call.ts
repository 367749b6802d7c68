/**
 * What a mount gives the gateway core: a call to read and a reply to write. Nothing here knows node:http or Next; the two
 * adapters are in mounts/.
 */
import type { IncomingHttpHeaders } from 'node:http'

export type Call = {
  readonly method: string
  /** As it came: undecoded, without the query. */
  readonly path: string
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string | null
  /** The body, at most `limitBytes`; null when it is longer (the rest is not read). Rejects when the caller goes away. */
  body(limitBytes: number): Promise<Buffer | null>
}

export type Reply = {
  /** Sends the head. Once. Headers are names and values in turn. */
  head(status: number, headers: string[]): void
  /** Returns false when the caller is slow: wait for `drained` before the next write. */
  write(chunk: Buffer): boolean
  drained(listener: () => void): void
  end(chunk?: Buffer | string): void
  /** Breaks the connection, so that what was sent can't be taken for a whole answer. */
  destroy(): void
  /** Called once when the caller goes away before the end. */
  onAbort(listener: () => void): void
}

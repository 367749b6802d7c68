/** A closed-loop load: so many connections, each sending its next call when the last is answered. Every answer is checked. */
import type { Pool } from 'undici'

export type Shape = {
  readonly name: string
  readonly body: string
  /** Output tokens that the answer must have. */
  readonly outputTokens: number
  readonly stream: boolean
}

export type Target = {
  readonly name: string
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export type Slice = {
  readonly calls: number
  readonly seconds: number
  /** Milliseconds from sending to the end of the answer, and to its first byte of body. */
  readonly latencies: Float64Array
  readonly firstBytes: Float64Array
  readonly wrong: readonly string[]
}

/** Runs one slice. `pool` is kept by the caller, so that connections stay warm between slices. */
export async function runSlice(
  pool: Pool,
  target: Target,
  shape: Shape,
  connections: number,
  ms: number,
): Promise<Slice> {
  const latencies: number[] = []
  const firstBytes: number[] = []
  const wrong: string[] = []
  const startedMs = performance.now()
  const endsMs = startedMs + ms

  async function caller(): Promise<void> {
    while (performance.now() < endsMs) {
      const sentMs = performance.now()
      const answer = await call(pool, target, shape)
      const problem = problemOf(answer, shape)
      if (problem && wrong.length < 5) wrong.push(problem)
      latencies.push(performance.now() - sentMs)
      firstBytes.push(answer.firstByteMs - sentMs)
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  return {
    calls: latencies.length,
    seconds: (performance.now() - startedMs) / 1000,
    latencies: Float64Array.from(latencies),
    firstBytes: Float64Array.from(firstBytes),
    wrong,
  }
}

type Answer = { readonly status: number; readonly text: string; readonly firstByteMs: number }

function call(pool: Pool, target: Target, shape: Shape): Promise<Answer> {
  return new Promise((resolve) => {
    let status = 0
    let firstByteMs = 0
    const chunks: Buffer[] = []
    pool.dispatch(
      {
        method: 'POST',
        path: target.path,
        headers: { 'content-type': 'application/json', ...target.headers },
        body: shape.body,
      },
      {
        onRequestStart() {},
        onResponseStart: (_controller, code) => void (status = code),
        onResponseData(_controller, chunk) {
          if (firstByteMs === 0) firstByteMs = performance.now()
          chunks.push(chunk)
        },
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString('utf8'), firstByteMs }),
        onResponseError: (_controller, error) =>
          resolve({ status: 0, text: String(error), firstByteMs: performance.now() }),
      },
    )
  })
}

function problemOf({ status, text }: Answer, shape: Shape): string | null {
  if (status !== 200) return `status ${status}: ${text.slice(0, 200)}`
  if (!shape.stream) {
    return text.includes(`"completion_tokens":${shape.outputTokens}`)
      ? null
      : `no usage of ${shape.outputTokens}: ${text.slice(0, 200)}`
  }
  const events = text.split('"delta":{').length - 1
  if (!text.trimEnd().endsWith('data: [DONE]')) return 'the stream has no end'
  return events >= shape.outputTokens ? null : `${events} events, expected ${shape.outputTokens}`
}

/** The value below which `share` of the values lie. */
export function quantile(values: Float64Array, share: number): number {
  const sorted = Float64Array.from(values).toSorted()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

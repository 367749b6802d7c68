/** Callers of a gateway that may die under them: every call is marked, and what became of it is kept. */
import { setTimeout as sleep } from 'node:timers/promises'

export type CallWish = {
  readonly content: string
  readonly stream: boolean
  readonly maxTokens?: number
  readonly idempotencyKey?: string
}

export type CallResult = {
  /** Travels to the ledger as the client's name and to the provider as its project. */
  readonly mark: string
  readonly sentAtMs: number
  /** Until the end of the answer, or until it broke off. */
  readonly tookMs: number
  /** Null where no answer came. */
  readonly status: number | null
  readonly retryAfter: string | null
  /** The call's id, where the head of an answer came. */
  readonly id: string | null
  /** Whether it is the answer of an earlier call. */
  readonly isReplay: boolean
  readonly text: string
  /** Whether the answer came to its proper end. */
  readonly isWhole: boolean
}

let calls = 0

/** Makes one call; never rejects. `onByte` hears of every piece of the answer. */
export async function makeCall(
  url: string,
  keyText: string,
  wish: CallWish,
  onByte: () => void = () => {},
): Promise<CallResult> {
  const mark = `load-${process.pid}-${calls++}`
  const sentAtMs = Date.now()
  const sentMs = performance.now()
  let status: number | null = null
  let id: string | null = null
  let retryAfter: string | null = null
  let isReplay = false
  let text = ''
  const result = (isWhole: boolean): CallResult => {
    return { mark, sentAtMs, tookMs: performance.now() - sentMs, status, retryAfter, id, isReplay, text, isWhole }
  }
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${keyText}`,
        'user-agent': mark,
        'openai-project': mark,
        ...(wish.idempotencyKey === undefined ? {} : { 'idempotency-key': wish.idempotencyKey }),
      },
      body: bodyOf(wish),
    })
    status = response.status
    id = response.headers.get('x-gatehouse-request-id')
    retryAfter = response.headers.get('retry-after')
    isReplay = response.headers.get('x-gatehouse-idempotent-replay') === 'true'
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      onByte()
    }
    return result(wish.stream ? text.endsWith('data: [DONE]\n\n') : text.endsWith('}'))
  } catch {
    return result(false)
  }
}

/** The bytes of a call: what a hold counts. */
export function bodyOf({ content, stream, maxTokens: max_tokens }: CallWish): string {
  return JSON.stringify({ model: 'gpt-4o-mini', stream, max_tokens, messages: [{ role: 'user', content }] })
}

export type Load = {
  readonly results: readonly CallResult[]
  /** Ends when the calls that run have ended. */
  stop(): Promise<void>
}

/** So many callers, each of which calls again when its last call has ended and a pause is over, at the gateways in turn. */
export function startLoad(
  urls: readonly string[],
  keyText: string,
  callers: number,
  wishOf: (n: number) => CallWish,
  pauseMs: number = 0,
): Load {
  const results: CallResult[] = []
  let stopped = false
  let sent = 0
  const call = async (): Promise<void> => {
    while (!stopped) {
      const n = sent++
      const result = await makeCall(urls[n % urls.length]!, keyText, wishOf(n))
      results.push(result)
      if (pauseMs > 0) await sleep(pauseMs)
      // A gateway that is gone answers at once, and would be asked without end.
      if (result.status === null) await sleep(20)
    }
  }
  const running = Array.from({ length: callers }, call)
  return {
    results,
    stop: async () => {
      stopped = true
      await Promise.all(running)
    },
  }
}

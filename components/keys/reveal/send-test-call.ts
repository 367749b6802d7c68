/**
 * One real call through the gateway with the secret at hand, from the browser. The secret travels in the header of this
 * request and nowhere else.
 */
import * as z from 'zod'

export type TestCall = {
  /** The call's id, for its receipt; null where no gateway answered. */
  readonly id: string | null
  /** 0 where nobody answered. */
  readonly status: number
  readonly model: string
  readonly tookMs: number
  readonly tokensIn: number
  readonly tokensOut: number
  /** What the model said, or why the call was refused. */
  readonly text: string
  readonly decisionId: string | null
}

const served = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).optional(),
})
const refused = z.object({
  error: z.object({ message: z.string(), gatehouse: z.object({ decision_id: z.string() }).partial().optional() }),
})

export async function sendTestCall(secret: string, model: string): Promise<TestCall> {
  const startedMs = performance.now()
  const nothing = { id: null, status: 0, model, tokensIn: 0, tokensOut: 0, decisionId: null }
  try {
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello' }] }),
    })
    const body: unknown = await response.json()
    const tookMs = performance.now() - startedMs
    const call = { ...nothing, id: response.headers.get('x-gatehouse-request-id'), status: response.status, tookMs }
    const answer = served.safeParse(body)
    if (response.ok && answer.success) {
      const { choices, usage } = answer.data
      return {
        ...call,
        tokensIn: usage?.prompt_tokens ?? 0,
        tokensOut: usage?.completion_tokens ?? 0,
        text: choices[0]?.message.content ?? '',
      }
    }
    const refusal = refused.safeParse(body)
    return {
      ...call,
      text: refusal.success ? refusal.data.error.message : `The gateway answered ${response.status}.`,
      decisionId: refusal.success ? (refusal.data.error.gatehouse?.decision_id ?? null) : null,
    }
  } catch {
    return {
      ...nothing,
      tookMs: performance.now() - startedMs,
      text: 'The gateway did not answer. Try again in a moment.',
    }
  }
}

/**
 * What to do with an answer's status. Pure.
 *
 * relay: it is the caller's. next: try another target. fail: the caller hears of a provider failure in our words, since
 * the provider's own would mislead: its 401 is about our credential, not about the caller's key.
 */
export type AnswerClass = 'relay' | 'next' | 'fail'

export function afterAnswer(status: number, isLast: boolean): AnswerClass {
  if (status < 400) return status < 300 ? 'relay' : 'fail'
  if (status === 429) return isLast ? 'relay' : 'next'
  if (status >= 500 || [401, 402, 403, 404, 407, 408].includes(status)) return isLast ? 'fail' : 'next'
  return 'relay'
}

/**
 * How many calls may ask the same place again: one in ten, so that an outage is not made worse by those who try again.
 * Ten may be saved up, for a moment's trouble after quiet times. Going on to another place costs nothing here.
 */
const share = 0.1
const mostSaved = 10

export type RetryBudget = {
  /** A call has come. */
  earn(): void
  has(): boolean
  spend(): void
}

export function createRetryBudget(): RetryBudget {
  let saved = mostSaved
  return {
    earn: () => (saved = Math.min(mostSaved, saved + share)),
    has: () => saved >= 1,
    spend: () => (saved -= 1),
  }
}

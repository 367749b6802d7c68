/** What each sort of limit counts, and over which time. Pure. */
import type { LimitKind } from '#lib/limits/contract.ts'

/** Whose number of a call a limit counts: the call itself, or its tokens (in and out together, or one of the two). */
export type Counted = 'calls' | 'tokens' | 'input' | 'output'

/** A minute is a bucket that refills evenly; hours and days are the calendar's; `running` counts while calls run. */
export type Span = 'minute' | 'hour' | 'day' | 'running'

const facts: Record<LimitKind, readonly [Counted, Span]> = {
  rpm: ['calls', 'minute'],
  rph: ['calls', 'hour'],
  rpd: ['calls', 'day'],
  tpm: ['tokens', 'minute'],
  itpm: ['input', 'minute'],
  otpm: ['output', 'minute'],
  tpd: ['tokens', 'day'],
  itpd: ['input', 'day'],
  otpd: ['output', 'day'],
  concurrency: ['calls', 'running'],
}

export const countedBy = (kind: LimitKind): Counted => facts[kind][0]
export const spanOf = (kind: LimitKind): Span => facts[kind][1]

/** Tokens of one call as limits count them. */
export type CallTokens = { readonly input: number; readonly output: number }

export const noTokens: CallTokens = { input: 0, output: 0 }

/** What one call takes of a limit of this kind. */
export function costOfCall(kind: LimitKind, { input, output }: CallTokens): number {
  switch (countedBy(kind)) {
    case 'calls':
      return 1
    case 'input':
      return input
    case 'output':
      return output
    case 'tokens':
      return input + output
  }
}

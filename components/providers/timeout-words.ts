/** A provider's time-outs in the words of the page. */
import { formatCount, formatDuration } from '#components/ui/format.ts'
import type { TimeoutName } from '#lib/catalog/contract.ts'

export const timeoutWords: Record<TimeoutName, { readonly label: string; readonly help: string }> = {
  connectMs: { label: 'Connection', help: 'Until one is there, new or given back by another call.' },
  firstByteMs: {
    label: 'First byte',
    help: 'Since the request was sent. All attempts of a call have 10 min together.',
  },
  idleMs: { label: 'Between pieces', help: 'Silence in the middle of an answer, for streams above all.' },
  wholeMs: { label: 'Whole answer', help: 'Since the request was sent, to the last byte.' },
}

/** `5 s`, `2 min`, `1,250 ms`. */
export function timeText(ms: number): string {
  return ms % 1_000 === 0 ? formatDuration(ms) : `${formatCount(ms)} ms`
}

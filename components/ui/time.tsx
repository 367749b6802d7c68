'use client'

import { useSyncExternalStore } from 'react'
import {
  formatAge,
  formatClock,
  formatDate,
  formatLogTime,
  formatMoment,
  formatRelative,
} from '#components/ui/format.ts'

export type TimeProps = {
  /** Epoch milliseconds. */
  readonly at: number
  /** `relative`: 12 s ago; `age` the same without an end; `clock`: 14:28:51; `date`: 16 Feb 2027; `log`: by distance; `moment`: all of it. */
  readonly as?: 'relative' | 'age' | 'clock' | 'date' | 'log' | 'moment'
  /** When the server rendered the page: the first paint says the same, then the clock runs. Needed by the relative forms. */
  readonly now?: number
  readonly className?: string
}

/** A moment with the whole of it in the tooltip. Relative ones keep up by themselves. */
export function Time({ at, as = 'relative', now, className }: TimeProps) {
  const running = useNow(as === 'relative' || as === 'age' || as === 'log', now)
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={formatMoment(at)}
      className={className}
      suppressHydrationWarning={now === undefined}
    >
      {written(at, as, running)}
    </time>
  )
}

function written(at: number, as: NonNullable<TimeProps['as']>, now: number): string {
  switch (as) {
    case 'relative':
      return formatRelative(at, now)
    case 'age':
      return formatAge(at, now)
    case 'clock':
      return formatClock(at)
    case 'date':
      return formatDate(at)
    case 'log':
      return formatLogTime(at, now)
    case 'moment':
      return formatMoment(at)
  }
}

/* One clock for every time on the page. It ticks while one of them is mounted, and rests while the page is hidden. */
const TICK_MS = 5000
let current = 0
let ticking: ReturnType<typeof setInterval> | null = null
const watchers = new Set<() => void>()

function watch(notify: () => void) {
  watchers.add(notify)
  if (!ticking) {
    current = Date.now()
    ticking = setInterval(() => {
      if (document.hidden) return
      current = Date.now()
      for (const each of watchers) each()
    }, TICK_MS)
  }
  return () => {
    watchers.delete(notify)
    if (watchers.size > 0 || !ticking) return
    clearInterval(ticking)
    ticking = null
  }
}
const still = () => () => {}

function useNow(runs: boolean, rendered: number | undefined): number {
  return useSyncExternalStore(
    runs ? watch : still,
    () => (runs ? current || (rendered ?? Date.now()) : (rendered ?? 0)),
    () => rendered ?? 0,
  )
}

'use client'

import { useEffect, useState } from 'react'
import { formatClock, formatDuration, formatReset } from '#components/ui/format.ts'

const SECOND = 1000
const DAY = 24 * 60 * 60 * SECOND

/** Counts down to the moment at which the same call passes, then says so. `now` is when the server rendered the page. */
export function RetryLine({ untilMs, now }: { readonly untilMs: number; readonly now: number }) {
  const [current, setCurrent] = useState(now)
  const isOver = current >= untilMs
  useEffect(() => {
    if (isOver) return
    const tick = setInterval(() => setCurrent(Date.now()), SECOND)
    return () => clearInterval(tick)
  }, [isOver])

  if (isOver) {
    const when = current - untilMs > DAY ? formatReset(untilMs) : `${formatClock(untilMs)} UTC`
    return (
      <span role="status">
        Time was enough: the same call would have passed <b className="text-ink">from {when}</b>.
      </span>
    )
  }
  return (
    <span role="timer">
      Try again in <b className="text-ink tabular-nums">{formatDuration(Math.max(SECOND, untilMs - current))}</b>, at{' '}
      {formatClock(untilMs)} UTC.
    </span>
  )
}

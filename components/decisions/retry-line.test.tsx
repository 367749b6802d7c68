import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RetryLine } from '#components/decisions/retry-line.tsx'

const now = Date.UTC(2026, 10, 18, 14, 28, 51)

describe('when a refused call passes again', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now })
  })
  afterEach(() => {
    cleanup()
    vi.useRealTimers()
  })

  test('is counted down second by second', () => {
    render(<RetryLine untilMs={now + 23_000} now={now} />)
    expect(screen.getByRole('timer').textContent).toContain('Try again in 23\u00a0s, at 14:29:14 UTC')
    act(() => vi.advanceTimersByTime(3000))
    expect(screen.getByRole('timer').textContent).toContain('20\u00a0s')
  })

  test('is announced once when its time has come, and the clock rests', () => {
    render(<RetryLine untilMs={now + 2000} now={now} />)
    act(() => vi.advanceTimersByTime(3000))
    expect(screen.getByRole('status').textContent).toContain('the same call would have passed from 14:28:53 UTC')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is said at once when it is long over', () => {
    render(<RetryLine untilMs={now - 3 * 86_400_000} now={now} />)
    expect(screen.getByRole('status').textContent).toContain('from 15 Nov 14:28 UTC')
  })
})

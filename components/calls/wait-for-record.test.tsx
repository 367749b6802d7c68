import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WaitForRecord } from '#components/calls/wait-for-record.tsx'
import { At, testRouter } from '#components/testing/router.tsx'

const missing = () => Response.json({ code: 'not_found', detail: 'There is no such call.' }, { status: 404 })

/** The page, with a management API that answers as told. */
function waiting(answer: () => Response) {
  const { router, visits } = testRouter()
  const asked = vi.fn<() => Promise<Response>>(async () => answer())
  vi.stubGlobal('fetch', asked)
  render(
    <At path="/calls/call_1" router={router}>
      <QueryClientProvider client={new QueryClient()}>
        <WaitForRecord id="call_1" of="calls" listLink={<span>All calls</span>} />
      </QueryClientProvider>
    </At>,
  )
  return { visits, asked }
}

describe('a call without a receipt yet', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    cleanup()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

  test('is asked for until it is settled, then the page is read anew', async () => {
    let settled = false
    const { visits } = waiting(() => (settled ? Response.json({ id: 'call_1' }) : missing()))
    await pass(4000)
    expect(screen.getByText('Waiting for the receipt')).toBeDefined()
    expect(visits).toEqual([])
    settled = true
    await pass(2000)
    expect(visits).toContain('refresh')
  })

  test('is not waited for without end', async () => {
    const { asked } = waiting(missing)
    await pass(61_000)
    expect(screen.getByText('No call with this id, or it is not yours to see')).toBeDefined()
    const before = asked.mock.calls.length
    await pass(30_000)
    expect(asked.mock.calls.length).toBe(before)
  })

  test('says so when it cannot be read', async () => {
    waiting(() => Response.json({ code: 'service_unavailable', detail: 'Later.' }, { status: 503 }))
    await pass(2000)
    expect(screen.getByText('The receipt cannot be read at the moment')).toBeDefined()
  })
})

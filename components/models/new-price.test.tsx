import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { NewPrice } from '#components/models/new-price.tsx'
import type { Route } from '#components/models/route-words.ts'
import { At, testRouter } from '#components/testing/router.tsx'

// jsdom lays nothing out and knows no pointers; the select asks for both.
beforeAll(() => {
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  window.matchMedia ??= () => ({ matches: false }) as MediaQueryList
  Element.prototype.scrollIntoView ??= () => {}
  Element.prototype.hasPointerCapture ??= () => false
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function aRoute(id: string, region: string, usdPerMillion: Record<string, string> | null): Route {
  const price = usdPerMillion && {
    id: `price_${id}`,
    deploymentId: id,
    usdPerMillion,
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    source: 'test',
    createdAt: '2026-01-01T00:00:00.000Z',
  }
  const provider = { id: 'prov', name: 'openai', displayName: 'OpenAI', status: 'active', simulated: false }
  return { id, provider, upstreamModel: 'gpt', region, rank: 0, weight: 100, status: 'active', price }
}

test('a new price is for all routes, or for the one that is chosen, beginning from what that one costs now', async () => {
  const bodies: unknown[] = []
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    bodies.push(JSON.parse(String(init.body)))
    return new Response('{}', { status: 201 })
  })
  render(
    <At path="/models/gpt" router={testRouter().router}>
      <NewPrice
        model="gpt"
        current={{ input: '1', output: '2' }}
        routes={[aRoute('depl_us', 'us', null), aRoute('depl_eu', 'eu', { input: '1.1', output: '2.2' })]}
        produces
        size={{ tokensIn: 1000, tokensOut: 100 }}
        closeHref="/models/gpt"
      />
    </At>,
  )
  const set = () => act(async () => void fireEvent.click(screen.getByRole('button', { name: 'Set price' })))
  const choose = (name: string) => {
    fireEvent.keyDown(screen.getByRole('combobox', { name: 'For' }), { key: 'Enter' })
    fireEvent.keyDown(screen.getByRole('option', { name }), { key: 'Enter' })
  }
  await set()
  choose('OpenAI, EU')
  expect(screen.getByText('now $1.10')).toBeTruthy()
  await set()
  choose('OpenAI, US')
  await set()
  expect(bodies).toEqual([
    { usdPerMillion: { input: '1', output: '2' } },
    { usdPerMillion: { input: '1.1', output: '2.2' }, deploymentId: 'depl_eu' },
    { usdPerMillion: { input: '1', output: '2' }, deploymentId: 'depl_us' },
  ])
})

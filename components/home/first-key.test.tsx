import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FirstKey } from '#components/home/first-key.tsx'
import { At, testRouter } from '#components/testing/router.tsx'
import { mintedKey } from '#lib/keys/contract.ts'

const secret = 'sk-gh-7tQz1MdVr8KxYw3nBf0Lc5Hj2PsGe9UaTo6RiZqXk4WmD1'

const issued = mintedKey.parse({
  id: 'key_1',
  key: secret,
  name: 'dana-default',
  kind: 'personal',
  status: 'active',
  statusReason: null,
  statusAt: null,
  display: 'sk-gh-…WmD1',
  last4: 'WmD1',
  owner: { id: 'user_dana', name: 'Dana' },
  team: { id: 'team_search', name: 'Search' },
  project: null,
  workload: null,
  profile: { id: 'prof_1', name: 'Experiment' },
  costCentre: null,
  environment: 'development',
  models: [],
  providers: [],
  regions: [],
  tools: [],
  limits: {},
  budget: null,
  spentThisMonthUsd: '0',
  purpose: null,
  dataClass: null,
  tags: {},
  overrides: [],
  createdBy: 'user_dana',
  createdAt: '2026-11-21T00:00:00Z',
  expiresAt: null,
  endsByProfile: false,
  lastUsedAt: null,
  secrets: [],
  actions: [],
})

const models = [{ name: 'gpt-4o-mini', endpoints: ['chat'], inputUsd: '0.15', outputUsd: '0.6' }]

/** The place of the key on the home page; `read` is the page as the server sends it, before or after. */
function home(answer: () => Response) {
  const { router, visits } = testRouter()
  const posts: string[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    if (init.method !== 'POST') return Response.json({ data: [] })
    posts.push(url)
    return answer()
  })
  const client = new QueryClient()
  const page = (isFirst: boolean) => (
    <StrictMode>
      <At path="/" router={router}>
        <QueryClientProvider client={client}>
          <FirstKey isFirst={isFirst} firstName="Dana" models={models} baseUrl="https://ai.example.com/v1">
            <p>The key of every other visit</p>
          </FirstKey>
        </QueryClientProvider>
      </At>
    </StrictMode>
  )
  const { rerender } = render(page(true))
  return { posts, visits, readAnew: () => rerender(page(false)) }
}

const settle = () => act(() => new Promise((resolve) => setTimeout(resolve, 0)))

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the first visit', () => {
  test('asks for a key once and shows its secret', async () => {
    const { posts } = home(() => Response.json({ issued }))
    await settle()
    expect(posts).toEqual(['/api/v1/me/first-key'])
    expect(screen.getByLabelText('The secret of the key').textContent).toBe(secret)
  })

  test('keeps the secret while the page around it is read anew, until it was stored', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: async () => {} } })
    vi.stubGlobal('isSecureContext', true)
    const { readAnew } = home(() => Response.json({ issued }))
    await settle()
    readAnew()
    expect(screen.getByLabelText('The secret of the key')).toBeDefined()
    fireEvent.click(screen.getByRole('button', { name: /Copy key/ }))
    await settle()
    fireEvent.click(screen.getByRole('button', { name: 'I have stored it' }))
    expect(screen.getByText('The key of every other visit')).toBeDefined()
  })

  test('gives way to the page where another window was first', async () => {
    const { visits } = home(() => Response.json({ issued: null }))
    await settle()
    expect(visits).toContain('refresh')
    expect(screen.getByText('The key of every other visit')).toBeDefined()
  })

  test('says what went wrong and tries again', async () => {
    let isDown = true
    const { posts } = home(() =>
      isDown
        ? Response.json({ code: 'service_unavailable', detail: 'The database does not answer.' }, { status: 503 })
        : Response.json({ issued }),
    )
    await settle()
    expect(screen.getByText('The database does not answer.')).toBeDefined()
    isDown = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await settle()
    expect(posts).toHaveLength(2)
    expect(screen.getByLabelText('The secret of the key')).toBeDefined()
  })
})

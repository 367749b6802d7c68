import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { NewKeyPanel } from '#components/keys/new-key/new-key-panel.tsx'
import type { NewKeyOptions } from '#components/keys/new-key/options.ts'
import { At, testRouter } from '#components/testing/router.tsx'
import type { MintedKey } from '#lib/keys/contract.ts'

const secret = 'sk-gh-7tQz1MdVr8KxYw3nBf0Lc5Hj2PsGe9UaTo6RiZqXk4WmD1'

const options: NewKeyOptions = {
  nowMs: Date.UTC(2026, 10, 21),
  profiles: [
    {
      id: 'prof_1',
      name: 'Experiment',
      description: '',
      kinds: ['personal', 'agent'],
      askableKinds: [],
      modelsIn: {},
      askableModels: [],
      limits: { rpm: { default: 60, maximum: 150 } },
      budget: { default: { amountUsd: '50', period: 'month', posture: 'hard' }, maximumUsd: '80' },
      lifetimeDays: { default: 45, maximum: 90 },
      approver: 'nobody',
      issuesFirstKey: true,
      models: [{ name: 'gpt-4o-mini', endpoints: ['chat'], inputUsd: '0.15', outputUsd: '0.6' }],
    },
  ],
  teams: [{ id: 'team_search', name: 'Search', isMember: true }],
  projects: [],
  teamId: 'team_search',
  mayOverride: false,
}

const minted: MintedKey = {
  id: 'key_1',
  key: secret,
  name: 'ranker',
  kind: 'personal',
  status: 'active',
  statusReason: null,
  statusAt: null,
  display: 'sk-gh-…WmD1',
  last4: 'WmD1',
  owner: { id: 'user_dana', name: 'Dana Whitfield' },
  team: { id: 'team_search', name: 'Search' },
  project: null,
  workload: null,
  profile: { id: 'prof_1', name: 'Experiment' },
  costCentre: '4120',
  environment: 'development',
  models: [],
  providers: [],
  regions: [],
  tools: [],
  limits: { rpm: 60 },
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
}

type Sent = { readonly url: string; readonly key: string | null; readonly body: Record<string, unknown> }

/** The panel over the list, with a management API that answers POST /keys as told, one answer after the other. */
function newKey(...answers: (() => Response | Promise<never>)[]) {
  const { router, visits } = testRouter()
  const sent: Sent[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    if (init.method !== 'POST') return Response.json({ data: [] })
    sent.push({
      url,
      key: new Headers(init.headers).get('idempotency-key'),
      body: JSON.parse(String(init.body)) as Sent['body'],
    })
    return (answers[sent.length - 1] ?? answers.at(-1))!()
  })
  render(
    <At path="/keys?new=1" router={router}>
      <QueryClientProvider client={new QueryClient()}>
        <NewKeyPanel options={options} baseUrl="https://ai.example.com/v1" closeHref="/keys" />
      </QueryClientProvider>
    </At>,
  )
  return { visits, sent }
}

const made = () => Response.json(minted, { status: 201 })
const refused = (status: number, code: string, errors: object[]) => () =>
  Response.json({ code, detail: 'Refused.', requestId: 'req_1', errors }, { status })

const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name })
const settle = () => act(() => new Promise((resolve) => setTimeout(resolve, 0)))

async function submit(name: string) {
  fireEvent.change(field('Name'), { target: { value: name } })
  fireEvent.submit(field('Name').form!)
  await settle()
}

beforeEach(() => {
  // What a browser has and jsdom has not.
  vi.stubGlobal('matchMedia', () => ({ matches: false }))
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  )
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('a new key', () => {
  test('is made from a name alone, and its secret is on the page and nowhere else', async () => {
    const { sent, visits } = newKey(made)
    await submit('ranker')
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      url: '/api/v1/keys',
      body: { name: 'ranker', kind: 'personal', teamId: 'team_search' },
    })
    expect(screen.getByLabelText('The secret of the key').textContent).toBe(secret)
    expect(visits).toContain('refresh')
    const elsewhere = [
      location.href,
      document.title,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      visits.join(),
    ]
    expect(elsewhere.join(' ')).not.toContain(secret.slice(6, 40))
  })

  test('is made once when the connection was lost and the button pressed again', async () => {
    const { sent } = newKey(() => Promise.reject(new TypeError('lost')), made)
    await submit('ranker')
    expect(screen.getByText('The key was not created.')).toBeDefined()
    await submit('ranker')
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/)
    expect(sent[1]?.key).toBe(sent[0]?.key)
    expect(screen.getByLabelText('The secret of the key')).toBeDefined()
  })

  test('that the server refuses says why at its field, keeps what was typed, and asks anew for another wish', async () => {
    const { sent } = newKey(
      refused(422, 'guardrail_exceeded', [{ field: 'limits.rpm', message: 'At most 100 now.', maximum: 100 }]),
      made,
    )
    fireEvent.change(field('Requests a minute'), { target: { value: '120' } })
    await submit('ranker')
    expect(screen.getByText('At most 100 now.')).toBeDefined()
    expect(document.activeElement).toBe(field('Requests a minute'))
    expect(field('Name').value).toBe('ranker')
    fireEvent.change(field('Requests a minute'), { target: { value: '100' } })
    await submit('ranker')
    expect(sent[1]?.body).toMatchObject({ limits: { rpm: 100 } })
    expect(sent[1]?.key).not.toBe(sent[0]?.key)
  })

  test('beyond a maximum names it and is not sent', async () => {
    const { sent } = newKey(made)
    fireEvent.change(field('Requests a minute'), { target: { value: '151' } })
    expect(screen.getByText('Profile Experiment does not allow this')).toBeDefined()
    expect(screen.getByText('Experiment allows 150 at most')).toBeDefined()
    await submit('ranker')
    expect(sent).toHaveLength(0)
  })

  test('without a name is not sent, and the name has the focus', async () => {
    const { sent } = newKey(made)
    await submit(' ')
    expect(sent).toHaveLength(0)
    expect(document.activeElement).toBe(field('Name'))
    expect(field('Name').getAttribute('aria-invalid')).toBe('true')
  })
})

describe('the reveal', () => {
  test('asks once before it closes on a secret that was not copied', async () => {
    const { visits } = newKey(made)
    await submit('ranker')
    fireEvent.click(screen.getByRole('button', { name: 'Done' }))
    expect(screen.getByText('The key was not copied')).toBeDefined()
    expect(visits).not.toContain('push /keys')
    fireEvent.click(screen.getByRole('button', { name: 'Done' }))
    expect(visits).toContain('push /keys')
  })

  test('closes at once when the key was stored', async () => {
    const { visits } = newKey(made)
    await submit('ranker')
    fireEvent.click(screen.getByRole('checkbox', { name: 'I have stored the key' }))
    fireEvent.click(screen.getByRole('button', { name: 'Done' }))
    expect(visits).toContain('push /keys')
  })
})

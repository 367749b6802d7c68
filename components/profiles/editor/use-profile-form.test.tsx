import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { useProfileForm } from '#components/profiles/editor/use-profile-form.ts'
import { At, testRouter } from '#components/testing/router.tsx'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import { profilePolicy, type ProfileView } from '#lib/policy/contract.ts'

const policy = profilePolicy.parse(builtInProfiles[0]?.policy)

const experiment: ProfileView = {
  id: 'prof_1',
  name: 'Experiment',
  description: 'For finding out.',
  builtIn: true,
  isDefault: true,
  version: 14,
  policy,
  keys: 3,
  people: 2,
  groups: [],
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
}
const theirs: ProfileView = {
  ...experiment,
  version: 15,
  policy: { ...policy, keysPerPerson: 4, limits: { ...policy.limits, rpm: { default: 10, maximum: 20 } } },
}

type Answer = { readonly status: number; readonly body: unknown }

/** A management API that answers these, in this order, and remembers what it was sent. */
function api(...answers: readonly Answer[]) {
  const sent: { readonly method: string; readonly body: unknown }[] = []
  const waiting = [...answers]
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit = {}) => {
    sent.push({ method: init.method ?? 'GET', body: typeof init.body === 'string' ? JSON.parse(init.body) : null })
    const { status, body } = waiting.shift() ?? { status: 500, body: {} }
    return new Response(JSON.stringify(body), { status })
  })
  return sent
}

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function form(profile: ProfileView = experiment) {
  const { router, visits } = testRouter()
  const { result } = renderHook(() => useProfileForm(profile), {
    wrapper: ({ children }) => (
      <At path="/admin/profiles/prof_1" router={router}>
        {children}
      </At>
    ),
  })
  return { result, visits }
}

const conflict = { status: 409, body: { code: 'conflict', detail: 'Version 15 is in force.' } }

describe('the form of an access profile', () => {
  test('counts what differs from the version in force, and nothing after it is discarded', () => {
    const { result } = form()
    act(() => result.current.set('keysPerPerson', '8'))
    expect(result.current.changed).toEqual(['keysPerPerson'])
    act(() => result.current.set('keysPerPerson', '10'))
    expect(result.current.changed).toEqual([])
    act(() => result.current.set('limits.rpm.maximum', '9'))
    act(() => result.current.discard())
    expect(result.current.changed).toEqual([])
  })

  test('does not send what contradicts itself, and names the field', async () => {
    const sent = api()
    const { result } = form()
    act(() => result.current.set('limits.rpm.maximum', '9'))
    act(() => void result.current.check())
    expect(result.current.errors.get('limits.rpm.default')).toMatch(/above the maximum/)
    await act(() => result.current.apply())
    expect(sent).toEqual([])
  })

  test('is sent as a change to the version that was looked at, and goes on from the new one', async () => {
    const applied = { ...experiment, version: 15, policy: { ...policy, keysPerPerson: 8 } }
    const sent = api({ status: 200, body: applied })
    const { result, visits } = form()
    act(() => result.current.set('keysPerPerson', '8'))
    await act(() => result.current.apply())
    expect(sent).toMatchObject([{ method: 'PATCH', body: { version: 14, policy: { keysPerPerson: 8 } } }])
    expect(result.current).toMatchObject({ changed: [], inForce: { version: 15 } })
    expect(visits).toEqual(['refresh'])
  })

  test('shows both sides when somebody was first, overwriting nothing', async () => {
    const sent = api(conflict, { status: 200, body: theirs })
    const { result } = form()
    act(() => result.current.set('keysPerPerson', '8'))
    await act(() => result.current.apply())
    expect(sent.map(({ method }) => method)).toEqual(['PATCH', 'GET'])
    expect(result.current.conflict).toMatchObject({ latest: { version: 15 }, both: ['keysPerPerson'] })
    expect(result.current.draft.keysPerPerson).toBe('8')
  })

  test('goes on with mine over theirs, as a change to their version', async () => {
    const sent = api(conflict, { status: 200, body: theirs }, { status: 200, body: { ...theirs, version: 16 } })
    const { result } = form()
    act(() => result.current.set('keysPerPerson', '8'))
    await act(() => result.current.apply())
    act(() => result.current.resolve('keep mine'))
    expect(result.current.changed).toEqual(['keysPerPerson'])
    await act(() => result.current.apply())
    expect(sent.at(-1)?.body).toMatchObject({
      version: 15,
      policy: { keysPerPerson: 8, limits: { rpm: { maximum: 20 } } },
    })
  })

  test('drops mine for theirs when asked to', async () => {
    api(conflict, { status: 200, body: theirs })
    const { result } = form()
    act(() => result.current.set('keysPerPerson', '8'))
    await act(() => result.current.apply())
    act(() => result.current.resolve('take theirs'))
    expect(result.current).toMatchObject({ changed: [], conflict: null, inForce: { version: 15 } })
    expect(result.current.draft.keysPerPerson).toBe('4')
  })

  test('keeps what was typed when the server refuses a field, and says which', async () => {
    const errors = [{ field: 'policy.models.allow[0]', message: 'Use at most 120 characters.' }]
    api({ status: 422, body: { code: 'validation_failed', detail: 'Some fields are not valid.', errors } })
    const { result } = form()
    act(() => result.current.set('description', 'New words'))
    await act(() => result.current.apply())
    expect(result.current.errors.get('models.allow')).toBe('Use at most 120 characters.')
    expect(result.current.draft.description).toBe('New words')
  })
})

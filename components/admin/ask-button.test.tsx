import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AskButton, type AskButtonProps } from '#components/admin/ask-button.tsx'
import { At, testRouter } from '#components/testing/router.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

// jsdom lays nothing out; the popover asks for its place all the same.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
}

const removal: AskButtonProps = {
  label: 'Remove',
  title: 'Remove OpenAI?',
  description: 'This cannot be undone.',
  effects: [{ icon: 'key', text: 'Its credentials are deleted' }],
  verb: 'Remove it',
  verbVariant: 'danger-solid',
  path: '/providers/prov_1',
  method: 'DELETE',
}

function asked(
  differences: Partial<AskButtonProps> = {},
  answer: { status: number; body: unknown } = { status: 200, body: {} },
) {
  const sent: { readonly url: string; readonly method: string; readonly body: unknown; readonly key: string | null }[] =
    []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const key = new Headers(init.headers).get('idempotency-key')
    sent.push({ url, method: init.method ?? '', body: JSON.parse(String(init.body)), key })
    return new Response(JSON.stringify(answer.body), { status: answer.status })
  })
  const { router, visits } = testRouter()
  render(
    <At path="/admin/providers" router={router}>
      <AskButton {...removal} {...differences} />
    </At>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Remove' }))
  const verb = () => within(screen.getByRole('dialog')).getByRole('button', { name: 'Remove it' })
  return { sent, visits, verb, press: () => act(async () => void fireEvent.click(verb())) }
}

describe('a button that asks first', () => {
  test('says what will happen, and does nothing when one cancels', () => {
    const { sent } = asked()
    expect(screen.getByText('Its credentials are deleted')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(sent).toEqual([])
  })

  test('does it once, then reads the page anew', async () => {
    const onDone = vi.fn<() => void>()
    const { sent, visits, press } = asked({ onDone })
    await press()
    expect(sent).toMatchObject([{ url: '/api/v1/providers/prov_1', method: 'DELETE' }])
    expect(visits).toEqual(['refresh'])
    expect(onDone).toHaveBeenCalledOnce()
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('sends why, where it asked why', async () => {
    const { sent, press } = asked({ why: 'It was a test', body: { dryRun: false } })
    fireEvent.change(screen.getByLabelText('Why'), { target: { value: '  Leaked  ' } })
    await press()
    expect(sent[0]?.body).toEqual({ dryRun: false, reason: 'Leaked' })
  })

  test('waits for the name where it cannot be undone', async () => {
    const { sent, verb, press } = asked({ typed: 'openai' })
    expect(verb()).toHaveProperty('disabled', true)
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'openai' } })
    await press()
    expect(sent).toHaveLength(1)
  })

  test('stays open with the server’s words where it was refused, and is a new wish the next time', async () => {
    const refusal = { code: 'conflict', detail: 'Models are served by openai: 12 routes.' }
    const { sent, press } = asked({ method: 'POST' }, { status: 409, body: refusal })
    await press()
    expect(screen.getByText(/12 routes/)).toBeTruthy()
    await press()
    expect(new Set(sent.map(({ key }) => key)).size).toBe(2)
  })

  test('asks for the same answer again where none came, so that nothing is done twice', async () => {
    const { sent, press } = asked({ method: 'POST' }, { status: 503, body: {} })
    await press()
    await press()
    expect(sent).toHaveLength(2)
    expect(sent[0]?.key).toBeTruthy()
    expect(sent[1]?.key).toBe(sent[0]?.key)
  })
})

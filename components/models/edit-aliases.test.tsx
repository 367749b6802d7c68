import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { EditAliases } from '#components/models/edit-aliases.tsx'
import { At, testRouter } from '#components/testing/router.tsx'

// jsdom knows no media and lays nothing out; the dialog and its box ask for both.
beforeAll(() => {
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  window.matchMedia ??= () => ({ matches: false }) as MediaQueryList
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** The dialog over a model with one alias, and what it sends; each answer is given once, the last for ever. */
function opened(...answers: { readonly status: number; readonly body: unknown }[]) {
  const sent: { readonly url: string; readonly method: string; readonly body: unknown }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push({ url, method: init.method ?? '', body: JSON.parse(String(init.body)) })
    const { status, body } = answers[Math.min(sent.length, answers.length) - 1]!
    return new Response(JSON.stringify(body), { status })
  })
  const { router, visits } = testRouter()
  render(
    <At path="/models/meta%2Fllama-3" router={router}>
      <EditAliases model="meta/llama-3" aliases={['llama']} />
    </At>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Edit aliases' }))
  return {
    sent,
    visits,
    write: (text: string) => fireEvent.change(screen.getByLabelText('Aliases'), { target: { value: text } }),
    save: () => act(async () => void fireEvent.click(screen.getByRole('button', { name: 'Save aliases' }))),
  }
}

const taken = {
  status: 409,
  body: {
    code: 'conflict',
    detail: 'fast is an alias of gpt-4o-mini already.',
    errors: [{ field: 'aliases[1]', message: 'fast is an alias of gpt-4o-mini already.' }],
  },
}
const saved = { status: 200, body: {} }

describe('the aliases of a model', () => {
  test('are written one a line, sent once each, and the page is read anew', async () => {
    const { sent, visits, write, save } = opened(saved)
    expect(screen.getByLabelText('Aliases')).toHaveProperty('value', 'llama')
    write('llama\n  fast,\nllama\n')
    await save()
    expect(sent).toEqual([
      {
        url: '/api/v1/models/meta%2Fllama-3',
        method: 'PATCH',
        body: { aliases: ['llama', 'fast'], moveAliases: false },
      },
    ])
    expect(visits).toEqual(['refresh'])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('that another model has are moved only when one says so', async () => {
    const { sent, write, save } = opened(taken, saved)
    expect(screen.queryByRole('checkbox')).toBeNull()
    write('llama\nfast')
    await save()
    expect(screen.getByText('fast is an alias of gpt-4o-mini already.')).toBeTruthy()
    fireEvent.click(screen.getByRole('checkbox'))
    await save()
    expect(sent.at(-1)?.body).toEqual({ aliases: ['llama', 'fast'], moveAliases: true })
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

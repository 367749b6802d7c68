import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { useHotkey, useHotkeyList } from '#components/ui/hotkeys.ts'

afterEach(() => {
  cleanup()
  delete document.documentElement.dataset.shortcuts
})

type PageProps = { readonly keys: readonly string[]; readonly pressed: string[] }

function Page({ keys, pressed }: PageProps) {
  return keys.map((each) => <Key key={each} keys={each} pressed={pressed} />)
}

function Key({ keys, pressed }: { readonly keys: string; readonly pressed: string[] }) {
  useHotkey(keys, `Does ${keys}`, () => void pressed.push(keys))
  return null
}

function Listed() {
  return (
    <p>
      {useHotkeyList()
        .map((hotkey) => hotkey.label)
        .join(', ')}
    </p>
  )
}

function page(...keys: string[]) {
  const pressed: string[] = []
  render(
    <>
      <Page keys={keys} pressed={pressed} />
      <Listed />
      <input aria-label="Typing" />
    </>,
  )
  const press = (key: string, options = {}) => fireEvent.keyDown(document.body, { key, ...options })
  return { pressed, press }
}

describe('a shortcut', () => {
  test('runs on its key, and on no other', () => {
    const { pressed, press } = page('c')
    press('c')
    press('d')
    expect(pressed).toEqual(['c'])
  })

  test('of two letters runs on both in a row', () => {
    const { pressed, press } = page('g k', 'k')
    press('g')
    press('k')
    press('k')
    expect(pressed).toEqual(['g k', 'k'])
  })

  test('is off while somebody types, and with a modifier that is the browser’s', () => {
    const { pressed, press } = page('c', 'mod+k')
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'c' })
    press('c', { ctrlKey: true })
    expect(pressed).toEqual([])
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'k', ctrlKey: true })
    expect(pressed).toEqual(['mod+k'])
  })

  test('is off when the person turned single keys off; the palette stays', () => {
    const { pressed, press } = page('c', 'mod+k')
    document.documentElement.dataset.shortcuts = 'off'
    press('c')
    press('k', { metaKey: true })
    expect(pressed).toEqual(['mod+k'])
  })

  test('is listed as long as its page is there', () => {
    page('c')
    expect(screen.getByText('Does c')).toBeDefined()
    cleanup()
    const { pressed, press } = page()
    press('c')
    expect(pressed).toEqual([])
  })
})

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'

afterEach(cleanup)

describe('a field', () => {
  test('names its control and describes it by its help', () => {
    render(
      <Field label="Name" help="Lower case and dashes">
        <Input />
      </Field>,
    )
    const input = screen.getByRole('textbox', { name: 'Name' })
    expect(document.getElementById(input.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'Lower case and dashes',
    )
    expect(input.getAttribute('aria-invalid')).toBeNull()
  })

  test('with an error says it in place of the help, and marks the control', () => {
    render(
      <Field label="Name" help="Lower case and dashes" error="Name is taken. Try bot-2.">
        <Input />
      </Field>,
    )
    const input = screen.getByRole('textbox', { name: 'Name' })
    expect(input.getAttribute('aria-invalid')).toBe('true')
    expect(screen.getByText('Name is taken. Try bot-2.')).toBeDefined()
    expect(screen.queryByText('Lower case and dashes')).toBeNull()
  })
})

function Amount({ kind, from }: { readonly kind: 'money' | 'whole'; readonly from: string }) {
  const [value, setValue] = useState(from)
  const Control = kind === 'money' ? MoneyInput : NumberInput
  return (
    <>
      <Control aria-label="Amount" value={value} onValueChange={setValue} />
      <output>{value}</output>
    </>
  )
}

describe('a figure one types', () => {
  const input = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Amount' })
  const value = () => screen.getByRole('status').textContent

  test('is grouped at rest and exact underneath', () => {
    render(<Amount kind="money" from="1200" />)
    expect(input().value).toBe('1,200.00')
    fireEvent.focus(input())
    fireEvent.change(input(), { target: { value: '$1,184.9' } })
    expect(value()).toBe('1184.9')
    fireEvent.blur(input())
    expect(input().value).toBe('1,184.90')
  })

  test('that is none yet stays on the screen and changes nothing', () => {
    render(<Amount kind="whole" from="60" />)
    fireEvent.focus(input())
    fireEvent.change(input(), { target: { value: '60 per' } })
    expect([input().value, value()]).toEqual(['60 per', '60'])
    fireEvent.blur(input())
    expect(input().value).toBe('60')
  })

  test('follows the arrows, by ten with Shift, and never goes below zero', () => {
    render(<Amount kind="whole" from="5" />)
    fireEvent.keyDown(input(), { key: 'ArrowUp', shiftKey: true })
    expect(value()).toBe('15')
    fireEvent.keyDown(input(), { key: 'ArrowDown', shiftKey: true })
    fireEvent.keyDown(input(), { key: 'ArrowDown', shiftKey: true })
    expect(value()).toBe('0')
  })
})

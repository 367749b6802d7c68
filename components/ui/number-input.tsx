'use client'

import { useState, type ReactNode } from 'react'
import { Input, type InputProps } from '#components/ui/input.tsx'
import { groupDigits, parseDollars, parseWhole, restDollars } from '#components/ui/number-text.ts'

type FigureProps = Omit<InputProps, 'value' | 'defaultValue' | 'onChange' | 'type' | 'unit'> & {
  /** Digits, with a point for money: never grouped, never a float. Empty where there is none. */
  readonly value: string
  readonly onValueChange: (value: string) => void
  readonly unit?: ReactNode
  /** What an arrow key adds; Shift makes it ten times. */
  readonly step?: number
}

/** A whole number. It shows its groups at rest; arrows change it. */
export function NumberInput({ step = 1, ...rest }: FigureProps) {
  return <Figure {...rest} step={step} parse={parseWhole} rest={groupDigits} inputMode="numeric" />
}

/** An amount in dollars, as a decimal string. */
export function MoneyInput({ step = 1, unit = '$', ...rest }: FigureProps) {
  return <Figure {...rest} step={step} unit={unit} parse={parseDollars} rest={restDollars} inputMode="decimal" />
}

type InnerProps = FigureProps & {
  readonly parse: (text: string) => string | null
  readonly rest: (value: string) => string
  readonly step: number
}

function Figure({ value, onValueChange, parse, rest, step, onBlur, onFocus, onKeyDown, ...props }: InnerProps) {
  // While it has focus the field shows what was typed, also where that is no number yet.
  const [typing, setTyping] = useState<string | null>(null)
  return (
    <Input
      {...props}
      className={props.className}
      value={typing ?? rest(value)}
      onFocus={(event) => {
        setTyping(rest(value))
        onFocus?.(event)
      }}
      onBlur={(event) => {
        setTyping(null)
        onBlur?.(event)
      }}
      onChange={(event) => {
        setTyping(event.target.value)
        const parsed = parse(event.target.value)
        if (parsed !== null) onValueChange(parsed)
      }}
      onKeyDown={(event) => {
        onKeyDown?.(event)
        const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
        if (direction === 0 || event.defaultPrevented || event.altKey || event.metaKey || event.ctrlKey) return
        event.preventDefault()
        const next = stepped(value, direction * step * (event.shiftKey ? 10 : 1))
        setTyping(rest(next))
        onValueChange(next)
      }}
    />
  )
}

/** Adds whole steps to a decimal string without leaving integers. */
function stepped(value: string, by: number): string {
  const [whole = '', decimals = ''] = value.split('.')
  const next = BigInt(whole || '0') + BigInt(Math.trunc(by))
  const least = next < 0n ? 0n : next
  return decimals ? `${least}.${decimals}` : least.toString()
}

'use client'

import { useEffect, useRef, useState } from 'react'
import { NumberInput } from '#components/ui/number-input.tsx'
import { useQueryChange } from '#components/ui/query.ts'
import type { CallSize } from '#components/models/your-call.ts'

const PAUSE_MS = 300

type YourCallInputsProps = {
  readonly size: CallSize
  /** Without its words, where a heading says them. */
  readonly bare?: boolean
}

/** How large a call is, in tokens. The address keeps it, so that a colleague sees the same costs. */
export function YourCallInputs({ size, bare = false }: YourCallInputsProps) {
  return (
    <div role="group" aria-label="Your call" className="flex flex-none items-center gap-2 text-ink-3">
      {bare ? null : <span className="whitespace-nowrap">Your call:</span>}
      <TokensInput param="in" label="Tokens in" unit="in" value={size.tokensIn} />
      <TokensInput param="out" label="Tokens out" unit="out" value={size.tokensOut} />
    </div>
  )
}

type TokensInputProps = {
  readonly param: string
  readonly label: string
  readonly unit: string
  readonly value: number
}

function TokensInput({ param, label, unit, value }: TokensInputProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const [seen, setSeen] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const { go, isPending } = useQueryChange()

  // The server has answered, or the address changed from elsewhere: what stands there counts again.
  if (value !== seen) {
    setSeen(value)
    setTyped(null)
  }
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )

  return (
    <NumberInput
      aria-label={label}
      aria-busy={isPending}
      unit={unit}
      step={100}
      value={typed ?? String(value)}
      onValueChange={(next) => {
        setTyped(next)
        if (timer.current) clearTimeout(timer.current)
        timer.current = setTimeout(() => go({ [param]: next || null }, 'replace'), PAUSE_MS)
      }}
      className="w-26"
    />
  )
}

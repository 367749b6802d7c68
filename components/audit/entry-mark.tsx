'use client'

import type { ReactNode } from 'react'
import { useChain, verdictOn } from '#components/audit/use-chain.ts'
import { cn } from '#components/ui/cn.ts'
import { Glyph } from '#components/ui/glyph.tsx'
import { Status } from '#components/ui/status.tsx'

/** The number of an entry: red where the chain breaks, pale from there on. */
export function EntryNumber({ seq, children }: { readonly seq: number; readonly children: ReactNode }) {
  const verdict = verdictOn(useChain().chain, seq)
  return (
    <span
      className={cn(
        'tabular-nums',
        verdict === 'bad'
          ? 'font-medium text-bad-ink'
          : verdict === 'unproved'
            ? 'text-ink-disabled line-through'
            : 'text-ink-2',
      )}
    >
      {children}
      {verdict === 'bad' ? <span className="sr-only">, does not fit the chain</span> : null}
      {verdict === 'unproved' ? <span className="sr-only">, not proved</span> : null}
    </span>
  )
}

/** At the end of a line of the chain. */
export function LinkMark({ seq }: { readonly seq: number }) {
  const verdict = verdictOn(useChain().chain, seq)
  if (verdict === 'verified') return <Mark name="tick" tone="text-ok-ink" label="Verified" />
  if (verdict === 'bad') return <Mark name="cross" tone="text-bad-ink" label="Does not fit" />
  return <Mark name="dashed" tone="text-ink-3" label={verdict === 'unproved' ? 'Not proved' : 'Not checked yet'} />
}

function Mark({
  name,
  tone,
  label,
}: {
  readonly name: 'tick' | 'cross' | 'dashed'
  readonly tone: string
  readonly label: string
}) {
  return (
    <span className={tone} title={label}>
      <Glyph name={name} />
      <span className="sr-only">{label}</span>
    </span>
  )
}

export function EntryVerdict({ seq }: { readonly seq: number }) {
  const verdict = verdictOn(useChain().chain, seq)
  if (verdict === 'verified')
    return (
      <Status tone="ok" glyph="dot">
        Verified
      </Status>
    )
  if (verdict === 'bad')
    return (
      <Status tone="bad" glyph="cross">
        Does not fit
      </Status>
    )
  if (verdict === 'unproved')
    return (
      <Status tone="warn" glyph="half">
        Not proved
      </Status>
    )
  return (
    <Status tone="mute" glyph="dashed">
      Not checked yet
    </Status>
  )
}

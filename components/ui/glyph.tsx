import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

/** The marks of a state. The shape says it without colour; the word beside it says it without the shape. */
export type GlyphName = 'dot' | 'dashed' | 'bars' | 'halt' | 'cross' | 'clock' | 'half' | 'triangle' | 'lock' | 'tick'

const line = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round' } as const

const shapes: Record<GlyphName, ReactNode> = {
  dot: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  dashed: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.2 1.94" />,
  bars: <path d="M3.75 2.5v7M8.25 2.5v7" {...line} strokeWidth="2" />,
  halt: (
    <>
      <path d="M4.2 1.4h3.6l2.8 2.8v3.6l-2.8 2.8H4.2L1.4 7.8V4.2Z" fill="currentColor" />
      <path d="M6 3.6v2.9M6 8.25v.05" stroke="var(--surface)" strokeWidth="1.4" strokeLinecap="round" />
    </>
  ),
  cross: <path d="m2.75 2.75 6.5 6.5M9.25 2.75l-6.5 6.5" {...line} strokeWidth="1.8" />,
  clock: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 3.75V6.2l1.6 1" {...line} strokeWidth="1.4" />
    </>
  ),
  half: (
    <>
      <path d="M6 2a4 4 0 0 1 0 8Z" fill="currentColor" />
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  triangle: (
    <>
      <path d="M6 1.5 11 10.25H1Z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />
      <path d="M6 4.7v2.4M6 8.6v.05" stroke="var(--surface)" strokeWidth="1.3" strokeLinecap="round" />
    </>
  ),
  lock: (
    <>
      <rect x="2.25" y="5.25" width="7.5" height="5" rx="1.1" {...line} strokeWidth="1.4" />
      <path d="M3.9 5.25V4a2.1 2.1 0 0 1 4.2 0v1.25" {...line} strokeWidth="1.4" />
    </>
  ),
  tick: <path d="m2.4 6.4 2.3 2.3 4.9-5.1" {...line} strokeWidth="1.6" />,
}

export function Glyph({ name, className }: { readonly name: GlyphName; readonly className?: string }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden className={cn('flex-none', className)}>
      {shapes[name]}
    </svg>
  )
}

import NextLink from 'next/link'
import type { ReactNode } from 'react'
import { formatLatency } from '#components/ui/format.ts'
import { Glyph, type GlyphName } from '#components/ui/glyph.tsx'
import { cn } from '#components/ui/cn.ts'

export type GatewayState = {
  /** `closed`: limits cannot be checked and calls are refused. */
  readonly state: 'normal' | 'slow' | 'failing' | 'closed'
  readonly addedMs?: number | null
  /** What is wrong, in a few words. */
  readonly cause?: string
  readonly sinceText?: string
  /** The health page, where there is one. */
  readonly href?: string
}

const looks: Record<GatewayState['state'], { glyph: GlyphName; color: string; words: string }> = {
  normal: { glyph: 'dot', color: 'text-ok', words: 'Gateway normal' },
  slow: { glyph: 'half', color: 'text-warn', words: 'Gateway slow' },
  failing: { glyph: 'triangle', color: 'text-bad', words: 'Gateway failing' },
  closed: { glyph: 'cross', color: 'text-bad', words: 'Calls are refused' },
}

/** One line at the foot of the navigation: does the gateway serve, and what does it add. */
export function GatewayLine({ gateway }: { readonly gateway: GatewayState }) {
  const look = looks[gateway.state]
  const detail = gateway.state === 'normal' ? addedText(gateway.addedMs) : gateway.cause
  const style = 'flex items-center gap-2 rounded-2 px-2 py-[5px] text-xs text-ink-2 slim:justify-center slim:px-0'
  const content = (
    <>
      <Glyph name={look.glyph} className={look.color} />
      <span className="whitespace-nowrap slim:sr-only">{look.words}</span>
      {detail ? <span className="ml-auto truncate text-ink-3 tabular-nums slim:sr-only">{detail}</span> : null}
    </>
  )
  return gateway.href ? (
    <NextLink prefetch={false} href={gateway.href} className={cn(style, 'hover:bg-hover')}>
      {content}
    </NextLink>
  ) : (
    <p className={style}>{content}</p>
  )
}

function addedText(addedMs: number | null | undefined): string | null {
  return addedMs == null ? null : `${formatLatency(addedMs)} added`
}

/** Over the sheet while calls are refused because limits cannot be checked. The only alert of the product. */
export function FailClosedStrip({
  gateway,
  children,
}: {
  readonly gateway: GatewayState
  readonly children?: ReactNode
}) {
  if (gateway.state !== 'closed') return null
  return (
    <p
      role="alert"
      className="flex flex-none items-center gap-2 border-b border-bad-line bg-bad-soft px-(--gutter) py-2 phone:px-4"
    >
      <Glyph name="cross" className="text-bad" />
      <b>Limits cannot be checked, calls are refused with 503</b>
      <span className="text-ink-2">{gateway.sinceText ?? gateway.cause}</span>
      {children}
    </p>
  )
}

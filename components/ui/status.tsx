import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Glyph, type GlyphName } from '#components/ui/glyph.tsx'

export type Tone = 'ok' | 'warn' | 'bad' | 'quar' | 'mute' | 'accent'

const glyphTone: Record<Tone, string> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  quar: 'text-quar',
  mute: 'text-mute',
  accent: 'text-accent-ink',
}

const wordTone: Record<Tone, string> = {
  ok: '',
  warn: '',
  bad: 'text-bad-ink',
  quar: 'font-medium text-quar-ink',
  mute: 'text-ink-3',
  accent: '',
}

export type StatusProps = {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly children: ReactNode
  /** What belongs to the state, below it: the signal, until when. */
  readonly second?: ReactNode
  readonly className?: string
}

/** A state: its glyph and its word, never colour alone. */
export function Status({ tone, glyph, children, second, className }: StatusProps) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 align-middle whitespace-nowrap',
        second && 'items-start',
        className,
      )}
    >
      <Glyph name={glyph} className={cn(glyphTone[tone], second && 'mt-0.5')} />
      <span className={cn('grid', second && 'leading-4')}>
        <span className={wordTone[tone]}>{children}</span>
        {second ? <small className={secondTone[tone]}>{second}</small> : null}
      </span>
    </span>
  )
}

const secondTone: Record<Tone, string> = {
  ok: 'text-warn-ink',
  warn: 'text-warn-ink',
  bad: 'text-bad-ink',
  quar: 'text-quar-ink',
  mute: 'text-ink-3',
  accent: 'text-ink-3',
}

type Look = readonly [tone: Tone, glyph: GlyphName, word: string]

/** Every state of the product with its glyph and its word, the same on every page and in the API's `status`. */
export const states = {
  key: {
    active: ['ok', 'dot', 'Active'],
    pending: ['warn', 'dashed', 'Waiting'],
    suspended: ['mute', 'bars', 'Suspended'],
    quarantined: ['quar', 'halt', 'Quarantined'],
    revoked: ['bad', 'cross', 'Revoked'],
    expired: ['mute', 'clock', 'Expired'],
    capped: ['warn', 'bars', 'Cap reached'],
  },
  provider: {
    normal: ['ok', 'dot', 'Normal'],
    slow: ['warn', 'half', 'Slow'],
    failing: ['bad', 'cross', 'Failing'],
    testing: ['warn', 'dashed', 'Testing'],
    off: ['mute', 'bars', 'Off'],
  },
  call: {
    served: ['ok', 'dot', 'Served'],
    refused: ['bad', 'cross', 'Refused'],
    failed: ['warn', 'triangle', 'Failed upstream'],
    cut: ['mute', 'bars', 'Cut off'],
    running: ['accent', 'dashed', 'Running'],
  },
  month: {
    open: ['mute', 'half', 'Open'],
    closing: ['warn', 'dashed', 'Closing'],
    closed: ['ok', 'lock', 'Closed'],
  },
  permission: {
    yes: ['ok', 'dot', 'Yes'],
    ask: ['warn', 'dashed', 'Ask'],
    no: ['mute', 'cross', 'No'],
  },
  person: {
    active: ['ok', 'dot', 'Active'],
    invited: ['warn', 'dashed', 'Not signed in yet'],
    disabled: ['mute', 'bars', 'Disabled'],
  },
  request: {
    open: ['warn', 'dashed', 'Waiting'],
    approved: ['ok', 'tick', 'Approved'],
    denied: ['bad', 'cross', 'Denied'],
    expired: ['mute', 'clock', 'Expired'],
    withdrawn: ['mute', 'bars', 'Withdrawn'],
    ended: ['mute', 'clock', 'Ended'],
  },
} as const satisfies Record<string, Record<string, Look>>

export type States = typeof states
export type KeyState = keyof States['key']
export type ProviderState = keyof States['provider']
export type CallState = keyof States['call']
export type MonthState = keyof States['month']

type StateOf<Thing extends keyof States> = keyof States[Thing] & string

export type StateProps<Thing extends keyof States> = {
  readonly of: Thing
  readonly state: StateOf<Thing>
  /** Other words in place of the usual one: "Waiting for Tess", "200". */
  readonly children?: ReactNode
  readonly second?: ReactNode
  readonly className?: string
}

/** `<State of="key" state="active" />`. */
export function State<Thing extends keyof States>({ of, state, children, second, className }: StateProps<Thing>) {
  const looks: Record<string, Look> = states[of]
  const [tone, glyph, word] = looks[state] ?? ['mute', 'dashed', state]
  return (
    <Status tone={tone} glyph={glyph} second={second} className={className}>
      {children ?? word}
    </Status>
  )
}

export type ChainProps = {
  readonly state: 'verified' | 'checking' | 'broken'
  /** "Chain verified, 184,212 entries, 14:31:58 UTC". */
  readonly children: ReactNode
}

/** The state of the audit chain: a soft ground of its own, because the whole page depends on it. */
export function ChainTag({ state, children }: ChainProps) {
  const look = { verified: ['ok', 'tick'], checking: ['warn', 'dashed'], broken: ['bad', 'cross'] } as const
  const [tone, glyph] = look[state]
  const ground = { ok: 'bg-ok-soft text-ok-ink', warn: 'bg-mute-soft text-ink-2', bad: 'bg-bad-soft text-bad-ink' }[
    tone
  ]
  return (
    <span
      role="status"
      className={cn(
        'inline-flex h-6 items-center gap-1.5 rounded-1 px-2 text-xs font-medium whitespace-nowrap',
        ground,
      )}
    >
      <Glyph name={glyph} />
      {children}
    </span>
  )
}

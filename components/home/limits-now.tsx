'use client'

import { useLimits } from '#components/home/use-limits.ts'
import { limitWords, sourceSentence } from '#components/keys/key-words.ts'
import { formatBigCount, formatClock, formatReset } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { SkeletonLines } from '#components/ui/states.tsx'
import { spanOf } from '#lib/limits/rules/limit-kinds.ts'
import { limitKinds, type KeyLimitsView, type LimitsView } from '#lib/limits/contract.ts'

type LimitsNowProps = {
  readonly keyId: string
  readonly initial: LimitsView | null
  readonly className?: string
}

type Limit = KeyLimitsView['limits'][number]

/** Each rate with what is in use this moment, and the layer that set it. */
export function LimitsNow({ keyId, initial, className }: LimitsNowProps) {
  const { limits, atMs, isStale } = useLimits(keyId, initial)
  return (
    <Section title="Limits right now" className={className}>
      {isStale && atMs !== null ? (
        <p role="status" className="text-xs text-warn-ink">
          Live limits cannot be read. Calls are still checked. Last read {formatClock(atMs)} UTC.
        </p>
      ) : null}
      {limits ? (
        <LimitRows limits={limits.limits} />
      ) : isStale ? (
        <p className="text-ink-2">Live limits cannot be read. Calls are still checked.</p>
      ) : (
        <SkeletonLines lines={6} />
      )}
    </Section>
  )
}

function LimitRows({ limits }: { readonly limits: readonly Limit[] }) {
  const shown = tightestOfEach(limits)
  if (shown.length === 0) return <p className="text-ink-2">No rate limit applies to this key.</p>
  return (
    <Rows className="-mt-2">
      {shown.map((limit) => (
        <LimitRow key={`${limit.kind} ${limit.models ?? ''}`} limit={limit} />
      ))}
    </Rows>
  )
}

function LimitRow({ limit }: { readonly limit: Limit }) {
  const { kind, used, source, resetsAt, scope, models } = limit
  const share = used / limit.limit
  const shared = scope.type === 'key' ? '' : ', shared'
  const reset =
    resetsAt !== null && (spanOf(kind) === 'day' || spanOf(kind) === 'hour')
      ? `, resets ${formatReset(Date.parse(resetsAt))}`
      : ''
  return (
    <li className="grid gap-1.5 py-2.5">
      <p className="flex justify-between gap-3">
        <span className="min-w-0">
          {limitWords[kind].name}
          {models === undefined ? null : <span className="mono ml-2 text-ink-3">{models}</span>}
        </span>
        <span className="whitespace-nowrap tabular-nums">
          <b>{formatBigCount(used)}</b> <span className="text-ink-3">of {formatBigCount(limit.limit)}</span>
        </span>
      </p>
      <Meter size="thin" spent={share} />
      <small className="text-ink-3">
        {sourceSentence(source)}
        {shared}
        {reset}
      </small>
    </li>
  )
}

/**
 * Of several limits of one kind the one with the least room: it is the one that a call meets first. Those of some models
 * stand for themselves, behind those of all.
 */
function tightestOfEach(limits: readonly Limit[]): readonly Limit[] {
  const patterns = new Set(limits.map(({ models = '' }) => models).toSorted())
  return [...patterns].flatMap((pattern) => tightest(limits.filter(({ models = '' }) => models === pattern)))
}

function tightest(limits: readonly Limit[]): readonly Limit[] {
  const order = ['rpm', 'tpm', 'itpm', 'otpm', 'concurrency', 'rph', 'rpd', 'tpd'] as const
  return [...new Set([...order, ...limitKinds])].flatMap((kind) => {
    const ofKind = limits.filter((limit) => limit.kind === kind)
    return ofKind.toSorted((a, b) => a.remaining - b.remaining || a.limit - b.limit).slice(0, 1)
  })
}

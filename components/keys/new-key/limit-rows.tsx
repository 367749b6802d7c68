'use client'

import { endOf, shownLimits } from '#components/keys/new-key/draft.ts'
import type { NewKeyForm } from '#components/keys/new-key/use-new-key.ts'
import { limitWords, periodWords } from '#components/keys/key-words.ts'
import { formatBigCount, formatDate, formatLimitMoney, plural, toNanos } from '#components/ui/format.ts'
import { GuardrailRow } from '#components/ui/guardrail-row.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import type { LimitKind } from '#lib/limits/contract.ts'

type RowProps = { readonly form: NewKeyForm; readonly mayOverride: boolean }

/** Rates, money and time, each with its default as a tick and its maximum as the end of what one may have. */
export function LimitRows({ form, mayOverride, nowMs }: RowProps & { readonly nowMs: number }) {
  return (
    <div>
      {shownLimits(form.profile).map((kind) => (
        <RateRow key={kind} kind={kind} form={form} mayOverride={mayOverride} />
      ))}
      <SpendRow form={form} mayOverride={mayOverride} />
      <EndRow form={form} mayOverride={mayOverride} nowMs={nowMs} />
    </div>
  )
}

function RateRow({ kind, form, mayOverride }: RowProps & { readonly kind: LimitKind }) {
  const { default: fallback = null, maximum = null } = form.profile.limits[kind] ?? {}
  const value = form.draft.limits[kind] ?? ''
  const { name, unit } = limitWords[kind]
  const isOver = maximum !== null && (value === '' || Number(value) > maximum)
  return (
    <GuardrailRow
      name={name}
      bounds={boundsOf(
        fallback === null ? 'none' : formatBigCount(fallback),
        maximum === null ? null : formatBigCount(maximum),
      )}
      scale={
        maximum === null
          ? undefined
          : { value: value === '' ? maximum * 1.2 : Number(value), fallback: fallback ?? maximum, maximum }
      }
      beyond={isOver ? overWords(form.profile.name, formatBigCount(maximum), mayOverride) : null}
      error={form.errors.get(`limits.${kind}`)}
    >
      {(aria) => (
        <NumberInput
          {...aria}
          unit={unit || null}
          step={stepOf(fallback)}
          value={value}
          placeholder="No limit"
          aria-invalid={form.errors.has(`limits.${kind}`) || undefined}
          tone={toneOf(isOver, mayOverride, form.errors.has(`limits.${kind}`))}
          onValueChange={(next) => form.change({ limits: { ...form.draft.limits, [kind]: next } })}
        />
      )}
    </GuardrailRow>
  )
}

function SpendRow({ form, mayOverride }: RowProps) {
  const { default: preset, maximumUsd } = form.profile.budget
  const { amountUsd } = form.draft
  const period = preset?.period ?? 'month'
  const isOver = maximumUsd !== null && (amountUsd === '' || toNanos(amountUsd) > toNanos(maximumUsd))
  const error = form.errors.get('budget.amountUsd')
  return (
    <GuardrailRow
      name="Spend"
      bounds={boundsOf(
        preset ? formatLimitMoney(preset.amountUsd) : 'none',
        maximumUsd === null ? null : formatLimitMoney(maximumUsd),
      )}
      scale={
        maximumUsd === null
          ? undefined
          : {
              value: amountUsd === '' ? Number(maximumUsd) * 1.2 : Number(amountUsd),
              fallback: Number(preset?.amountUsd ?? maximumUsd),
              maximum: Number(maximumUsd),
            }
      }
      beyond={isOver ? overWords(form.profile.name, formatLimitMoney(maximumUsd), mayOverride) : null}
      error={error}
    >
      {(aria) => (
        <MoneyInput
          {...aria}
          unit={`$ ${period === 'total' ? 'in all' : `/ ${period}`}`}
          aria-label={`Spend ${periodWords[period]}, in dollars`}
          value={amountUsd}
          placeholder="No cap"
          aria-invalid={error ? true : undefined}
          tone={toneOf(isOver, mayOverride, error !== undefined)}
          onValueChange={(next) => form.change({ amountUsd: next })}
        />
      )}
    </GuardrailRow>
  )
}

function EndRow({ form, mayOverride, nowMs }: RowProps & { readonly nowMs: number }) {
  const { default: fallback, maximum } = form.profile.lifetimeDays
  const { days } = form.draft
  const isOver = maximum !== null && (days === '' || Number(days) > maximum)
  const error = form.errors.get('expiresAt')
  const end = days === '' || Number(days) < 1 ? 'Never' : formatDate(endOf(days, nowMs))
  return (
    <GuardrailRow
      name={days === '' ? 'Ends never' : `Ends ${end}`}
      bounds={boundsOf(
        fallback === null ? 'no end' : plural(fallback, 'day'),
        maximum === null ? null : String(maximum),
        'at most',
      )}
      scale={
        maximum === null
          ? undefined
          : { value: days === '' ? maximum * 1.2 : Number(days), fallback: fallback ?? maximum, maximum }
      }
      beyond={isOver ? overWords(form.profile.name, plural(maximum, 'day'), mayOverride) : null}
      error={error}
    >
      {(aria) => (
        <NumberInput
          {...aria}
          unit="days"
          aria-label="Days until it ends"
          value={days}
          placeholder="No end"
          aria-invalid={error ? true : undefined}
          tone={toneOf(isOver, mayOverride, error !== undefined)}
          onValueChange={(next) => form.change({ days: next })}
        />
      )}
    </GuardrailRow>
  )
}

function boundsOf(fallback: string, maximum: string | null, upTo: string = 'up to'): string {
  return maximum === null ? `Default ${fallback}` : `Default ${fallback}, ${upTo} ${maximum}`
}

function overWords(profile: string, maximum: string, mayOverride: boolean): string {
  return mayOverride ? `Beyond ${profile}, kept as an override` : `${profile} allows ${maximum} at most`
}

function toneOf(isOver: boolean, mayOverride: boolean, hasError: boolean): 'none' | 'ask' | 'bad' {
  if (hasError) return 'bad'
  return isOver ? (mayOverride ? 'ask' : 'bad') : 'none'
}

/** An arrow moves by about a twentieth, in round figures. */
function stepOf(fallback: number | null): number {
  return fallback === null || fallback < 40 ? 1 : 10 ** Math.floor(Math.log10(fallback / 4))
}

/*
 * How figures are written, everywhere. Pure functions: the same words in a table, a total, an export and a toast.
 * Money is bigint nano-dollars, or a decimal string of dollars as the management API sends it; it never becomes a float.
 * Times are epoch milliseconds, read in UTC. A no-break space stands before a unit, so that a line never splits a figure.
 */

export const MISSING = '\u2013'
const MINUS = '\u2212'
const GAP = '\u00a0'
const NANOS = 1_000_000_000n

/** Nano-dollars, or dollars as a decimal string with at most nine decimals. */
export type Money = bigint | string

export function toNanos(money: Money): bigint {
  if (typeof money === 'bigint') return money
  const match = /^([-\u2212])?(\d+)(?:\.(\d{1,9}))?$/.exec(money.trim())
  if (!match) throw new RangeError(`Not an amount in dollars: ${money.slice(0, 40)}`)
  const nanos = BigInt(match[2] ?? '0') * NANOS + BigInt((match[3] ?? '').padEnd(9, '0'))
  return match[1] ? -nanos : nanos
}

/** The decimal string the management API takes, without trailing zeros. */
export function toDecimal(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const decimals = (size % NANOS).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nanos < 0n ? '-' : ''}${size / NANOS}${decimals ? `.${decimals}` : ''}`
}

/** `$17,767.63`: tables and totals. */
export function formatMoney(money: Money): string {
  return dollars(toNanos(money), 2)
}

/** `+$967.27`, `−$611.40`, `$0.00`: a difference. */
export function formatMoneyDifference(money: Money): string {
  const nanos = toNanos(money)
  return `${nanos > 0n ? '+' : ''}${dollars(nanos, 2)}`
}

/** `$0.0638`: one call. What rounds to nothing says so; a call that cost nothing is `$0`. */
export function formatCallCost(money: Money): string {
  const nanos = toNanos(money)
  if (nanos === 0n) return '$0'
  if (nanos > 0n && nanos < 50_000n) return 'under $0.0001'
  return dollars(nanos, 4)
}

/** `$600`, but `$0.41` when it is not whole: limits, caps. */
export function formatLimitMoney(money: Money): string {
  const nanos = toNanos(money)
  return dollars(nanos, nanos % NANOS === 0n ? 0 : 2)
}

/** `$20k`, `$1.5M`: the labels of an axis. */
export function formatAxisMoney(money: Money): string {
  const nanos = toNanos(money)
  const size = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? MINUS : ''
  if (size >= 1_000_000n * NANOS) return `${sign}$${oneDecimal(size, 1_000_000n * NANOS)}M`
  if (size >= 10_000n * NANOS) return `${sign}$${oneDecimal(size, 1_000n * NANOS)}k`
  return formatLimitMoney(nanos)
}

/** `$0.25 / $2`: dollars per million tokens, in and out; one figure where there is only one. */
export function formatPrice(inUsd: Money, outUsd?: Money | null): string {
  return outUsd == null ? unitPrice(inUsd) : `${unitPrice(inUsd)} / ${unitPrice(outUsd)}`
}

function unitPrice(money: Money): string {
  const nanos = toNanos(money)
  if (nanos % NANOS === 0n) return dollars(nanos, 0)
  const decimals = toDecimal(nanos).split('.')[1]?.length ?? 0
  return dollars(nanos, Math.max(2, decimals))
}

/** `62 %`, `0.7 %`: one decimal below ten. */
export function formatPercent(percent: number): string {
  const size = Math.abs(percent)
  const text = size < 9.95 && size !== Math.round(size) ? size.toFixed(1) : Math.round(size).toString()
  return `${percent < 0 && Number(text) !== 0 ? MINUS : ''}${text}${GAP}%`
}

/** `+17 % vs October`; from ten times on `×340 vs October`, for nobody reads +33,900 %. */
export function formatChange(percent: number, against?: string): string {
  const whole = Math.round(percent)
  const sign = whole > 0 ? '+' : whole < 0 ? MINUS : ''
  const text = whole >= 900 ? `×${grouped(String(Math.round(percent / 100 + 1)))}` : `${sign}${Math.abs(whole)}${GAP}%`
  return against ? `${text} vs ${against}` : text
}

/** A share as a number for a bar, 0 to 1 and above: geometry only, never a figure. */
export function shareOf(part: Money, whole: Money): number {
  const of = toNanos(whole)
  return of <= 0n ? 0 : Number((toNanos(part) * 1_000_000n) / of) / 1_000_000
}

/** `18,204`: tokens and everything counted. */
export function formatCount(count: number | bigint): string {
  const text = count.toString()
  return text.startsWith('-') ? MINUS + grouped(text.slice(1)) : grouped(text)
}

/** `1.5 M` from a million up, exact below: token limits. */
export function formatBigCount(count: number | bigint): string {
  const value = BigInt(count)
  if (value >= 1_000_000_000n) return `${oneDecimal(value, 1_000_000_000n)}${GAP}B`
  return value >= 1_000_000n ? `${oneDecimal(value, 1_000_000n)}${GAP}M` : formatCount(count)
}

/** `18,204 + 612`: tokens in and out. */
export function formatTokens(input: number, output: number): string {
  return `${formatCount(input)} + ${formatCount(output)}`
}

/** `0.9 ms`, `840 ms`, `4.1 s`; two decimals for the time to a first token. */
export function formatLatency(ms: number, kind: 'whole' | 'first token' = 'whole'): string {
  if (kind === 'first token' && ms >= 100) return `${(ms / 1000).toFixed(2)}${GAP}s`
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)}${GAP}s`
  return ms < 9.95 && ms !== Math.round(ms) ? `${ms.toFixed(1)}${GAP}ms` : `${Math.round(ms)}${GAP}ms`
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `12 s ago`, `in 3 days`; beyond thirty days the date. */
export function formatRelative(atMs: number, nowMs: number): string {
  const past = nowMs - atMs
  const size = Math.abs(past)
  if (size > 30 * DAY) return formatDate(atMs)
  if (size < SECOND) return 'now'
  return past >= 0 ? `${largestUnit(size)} ago` : `in ${largestUnit(size)}`
}

/** `47 days ago`, however long: for what should have been used. */
export function formatAge(atMs: number, nowMs: number): string {
  return `${largestUnit(Math.max(SECOND, nowMs - atMs))} ago`
}

function largestUnit(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}${GAP}s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}${GAP}min`
  if (ms < DAY) return `${Math.floor(ms / HOUR)}${GAP}h`
  const days = Math.floor(ms / DAY)
  return `${days}${GAP}${days === 1 ? 'day' : 'days'}`
}

/** `18 h 27 min`: what is left, in two units. */
export function formatDuration(ms: number): string {
  const left = Math.max(0, Math.round(ms / SECOND)) * SECOND
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ] as const
  const first = units.findIndex(([size]) => left >= size)
  if (first === -1) return `0${GAP}s`
  const parts: string[] = []
  let rest = left
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count}${GAP}${name}`)
  }
  return parts.join(' ')
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `16 Feb 2027`. */
export function formatDate(atMs: number): string {
  const at = new Date(atMs)
  return `${formatDay(atMs)} ${at.getUTCFullYear()}`
}

/** `16 Feb`, where the year is plain from its place. */
export function formatDay(atMs: number): string {
  const at = new Date(atMs)
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]?.slice(0, 3)}`
}

/** `November 2026`. */
export function formatMonth(atMs: number): string {
  const at = new Date(atMs)
  return `${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** `14:28:51`, in a log of today. */
export function formatClock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19)
}

/** `14:28`. */
export function formatMinute(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16)
}

/** `18 Nov 2026, 14:28:51 UTC`: the whole of it, in tooltips and records. */
export function formatMoment(atMs: number): string {
  return `${formatDate(atMs)}, ${formatClock(atMs)} UTC`
}

/** `14:28:51` today, `17 Nov, 14:28` this year, `17 Nov 2025` before: the time column of a log. */
export function formatLogTime(atMs: number, nowMs: number): string {
  if (Math.floor(atMs / DAY) === Math.floor(nowMs / DAY)) return formatClock(atMs)
  const sameYear = new Date(atMs).getUTCFullYear() === new Date(nowMs).getUTCFullYear()
  return sameYear ? `${formatDay(atMs)}, ${formatMinute(atMs)}` : formatDate(atMs)
}

/** `1 Dec 00:00 UTC`: a reset or a deadline always names its zone. */
export function formatReset(atMs: number, zone = 'UTC'): string {
  if (zone === 'UTC') return `${formatDay(atMs)} ${formatMinute(atMs)} UTC`
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? ''
  return `${part('day')} ${part('month').slice(0, 3)} ${part('hour')}:${part('minute')} ${zone}`
}

/** `sk-gh-…9f2K`. */
export function formatKey(lastFour: string): string {
  return `sk-gh-…${lastFour}`
}

/** `5e1fa07c…91b2`. */
export function formatHash(hash: string): string {
  return hash.length <= 13 ? hash : `${hash.slice(0, 8)}…${hash.slice(-4)}`
}

/** `1 key`, `3 keys`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

function dollars(nanos: bigint, decimals: number): string {
  const step = 10n ** BigInt(9 - decimals)
  const size = nanos < 0n ? -nanos : nanos
  const rounded = (size + step / 2n) / step
  const unit = 10n ** BigInt(decimals)
  const fraction = decimals === 0 ? '' : `.${(rounded % unit).toString().padStart(decimals, '0')}`
  return `${nanos < 0n && rounded > 0n ? MINUS : ''}$${grouped((rounded / unit).toString())}${fraction}`
}

function oneDecimal(value: bigint, unit: bigint): string {
  const tenths = (value * 10n + unit / 2n) / unit
  return tenths % 10n === 0n
    ? grouped((tenths / 10n).toString())
    : `${grouped((tenths / 10n).toString())}.${tenths % 10n}`
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.')
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction ? `${text}.${fraction}` : text
}

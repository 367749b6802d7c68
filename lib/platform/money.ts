/** Money is integer nano-USD. These are the only ways in and out of decimal text. */

/** "12.5" → 12_500_000_000n. The text is a plain decimal with at most 9 decimals; anything else throws. */
export function nanosOfUsd(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text)
  if (!match) throw new RangeError('not a decimal amount with at most 9 decimals')
  const [, sign, whole = '0', fraction = ''] = match
  const nanos = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  return sign ? -nanos : nanos
}

/** 12_500_000_000n → "12.5"; no exponent, no trailing zeros, exact to 9 decimals. */
export function usdOfNanos(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction ? `.${fraction}` : ''}`
}

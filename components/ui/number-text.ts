/*
 * What people type for a figure, made exact. Commas, spaces and a leading $ are theirs to use; the value is digits and a point.
 */

/** Digits of a whole number, or null where the text is none. An empty text is an empty string. */
export function parseWhole(text: string): string | null {
  const bare = text.replace(/[\s,_]/g, '')
  if (bare === '') return ''
  return /^\d{1,15}$/.test(bare) ? bare.replace(/^0+(?=\d)/, '') : null
}

/** A decimal string of dollars with at most nine decimals, or null where the text is none. */
export function parseDollars(text: string): string | null {
  const bare = text.replace(/[\s,_$]/g, '')
  if (bare === '') return ''
  const match = /^(\d{0,13})(?:\.(\d{0,9}))?$/.exec(bare)
  if (!match || bare === '.') return null
  const whole = (match[1] || '0').replace(/^0+(?=\d)/, '')
  const decimals = match[2] ?? ''
  return decimals ? `${whole}.${decimals}` : whole
}

/** `150000` as `150,000`, for a field that has lost focus. */
export function groupDigits(value: string): string {
  const [whole = '', decimals] = value.split('.')
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? text : `${text}.${decimals}`
}

/** `120` as `120.00`: money at rest shows its cents, and more decimals only where there are more. */
export function restDollars(value: string): string {
  if (value === '') return ''
  const [whole = '0', decimals = ''] = value.split('.')
  return `${groupDigits(whole)}.${decimals.padEnd(2, '0')}`
}

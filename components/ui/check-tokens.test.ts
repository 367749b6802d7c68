import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/*
 * Every pair of colours that may meet keeps its ratio, in both themes, and no two chart colours look alike to people
 * with protanopia, deuteranopia or tritanopia. Changing a token means passing here.
 */

const css = readFileSync(new URL('../../app/tokens/tokens.css', import.meta.url), 'utf8')

type Theme = Readonly<Record<string, string>>

function colorsOf(selector: string): Theme {
  const block = css.split(selector)[1]?.split('\n}')[0] ?? ''
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]]))
}

const light = colorsOf(':root {')
const themes: readonly (readonly [string, Theme])[] = [
  ['light', light],
  ['dark', { ...light, ...colorsOf(':root[data-theme="dark"] {') }],
]

type Triple = readonly [number, number, number]

const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)

function rgb(hex: string): Triple {
  const part = (at: number) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  return [part(1), part(3), part(5)]
}

const dot = (one: Triple, other: Triple) => one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
const luminance = (hex: string) => dot(rgb(hex), [0.2126, 0.7152, 0.0722])

function ratio(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

const grounds = ['surface', 'sunken', 'canvas', 'raised']
const inks = ['ink', 'ink-2', 'ink-3', 'accent-ink', 'ok-ink', 'warn-ink', 'bad-ink', 'quar-ink']
const text: readonly (readonly [string, string])[] = [
  ...inks.flatMap((ink) => grounds.map((ground) => [ink, ground] as const)),
  ...['ok', 'warn', 'bad', 'quar', 'mute'].map((state) => [`${state}-ink`, `${state}-soft`] as const),
  // A note puts plain words on the ground of its state.
  ...['ok', 'warn', 'bad', 'quar', 'accent'].flatMap(
    (state) =>
      [
        ['ink', `${state}-soft`],
        ['ink-2', `${state}-soft`],
      ] as const,
  ),
  ['accent-ink', 'accent-soft'],
  ['ink', 'selected'],
  ['ink-2', 'selected'],
  ['ink-3', 'selected'],
  ['ink-on-accent', 'accent'],
  ['ink-on-accent', 'accent-hover'],
  ['surface', 'ink'],
  ['surface', 'bad-ink'],
  ['surface', 'quar-ink'],
  ...['code-ink', 'code-dim', 'code-key', 'code-str', 'code-num'].map((ink) => [ink, 'code-bg'] as const),
]
const marks: readonly (readonly [string, string])[] = [
  ...[
    'line-control',
    'focus',
    'accent',
    'ok',
    'warn',
    'bad',
    'quar',
    'mute',
    'meter-spent',
    'meter-warn',
    'meter-over',
  ].map((mark) => [mark, 'surface'] as const),
  ...['line-control', 'focus'].flatMap((mark) =>
    ['sunken', 'canvas', 'raised'].map((ground) => [mark, ground] as const),
  ),
  ...[1, 2, 3, 4, 5, 6, 'other'].map((series) => [`chart-${series}`, 'surface'] as const),
]

const sight: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function seen(hex: string, rows: readonly [Triple, Triple, Triple]): Triple {
  const clamp = (value: number) => Math.min(1, Math.max(0, value))
  const color = rgb(hex)
  return oklab([clamp(dot(rows[0], color)), clamp(dot(rows[1], color)), clamp(dot(rows[2], color))])
}

function difference(one: string, other: string, rows: readonly [Triple, Triple, Triple]): number {
  const [a, b] = [seen(one, rows), seen(other, rows)]
  return 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

describe.each(themes)('in the %s theme', (_name, theme) => {
  const value = (token: string) => theme[token] ?? `missing token ${token}`

  test.each(text)('the text %s can be read on %s', (ink, ground) => {
    expect(ratio(value(ink), value(ground))).toBeGreaterThanOrEqual(4.5)
  })

  test.each(marks)('the mark %s can be made out on %s', (mark, ground) => {
    expect(ratio(value(mark), value(ground))).toBeGreaterThanOrEqual(3)
  })

  test.each(Object.entries(sight))('six chart colours differ for %s sight', (_kind, rows) => {
    for (let one = 1; one <= 6; one += 1) {
      for (let other = one + 1; other <= 6; other += 1) {
        expect(difference(value(`chart-${one}`), value(`chart-${other}`), rows)).toBeGreaterThanOrEqual(8)
      }
    }
  })
})

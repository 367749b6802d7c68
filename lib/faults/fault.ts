/** What a row of the fault matrix is: one fault, what is promised under it, and the figures that a run gives. */
import type { StartWorld } from '#lib/faults/world.ts'

/** `short`: small enough for `npm test`. `full`: as promised, or as near as the time of one run allows. */
export type Scale = 'short' | 'full'

export type Figure = {
  readonly what: string
  readonly value: string
  /** What it may be. */
  readonly promised: string
  readonly kept: boolean
}

export type Fault = {
  readonly id: string
  readonly fault: string
  readonly promise: string
  /** A run that takes longer has failed. */
  readonly withinMs: number
} &
  /** `isLong`: for as long as is promised, where that is minutes. */
  (
    | { readonly run: (start: StartWorld, scale: Scale, isLong: boolean) => Promise<readonly Figure[]> }
    /** The product has nothing that could be tried: why. Counts as failed. */
    | { readonly notBuilt: string }
  )

export function exactly(what: string, value: number | string, promised: number | string): Figure {
  return { what, value: String(value), promised: String(promised), kept: value === promised }
}

/** No number, for want of a measurement, keeps no promise. */
export function atMost(what: string, value: number, most: number, unit: string = ''): Figure {
  return { what, value: rounded(value) + unit, promised: `≤ ${rounded(most)}${unit}`, kept: value <= most }
}

export function atLeast(what: string, value: number, least: number, unit: string = ''): Figure {
  return { what, value: rounded(value) + unit, promised: `≥ ${rounded(least)}${unit}`, kept: value >= least }
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100)
}

import type { Fault } from '#lib/faults/fault.ts'

export const openCapped: Fault = {
  id: 'F1b',
  fault: 'Redis is down; keys are open up to a slice of their limit',
  promise: 'they are served within the slice',
  withinMs: 60_000,
  notBuilt: 'no profile has a degraded mode other than closed',
}

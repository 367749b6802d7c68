/** The matrix, in the order in which it is told. */
import type { Fault } from '#lib/faults/fault.ts'
import { budgetRace } from '#lib/faults/rows/f26-budget-race.ts'

export const faults: readonly Fault[] = [budgetRace]

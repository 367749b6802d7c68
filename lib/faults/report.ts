/** The matrix as text: a row a fault with what was measured, then the line that counts. */
import type { Outcome } from '#lib/faults/run-fault.ts'

export function describeOutcome({ fault, verdict, figures, problem, seconds }: Outcome): string {
  const measured = figures.map(({ what, value, promised, kept }) =>
    kept ? `${what} ${value}` : `${what} ${value} (PROMISED ${promised})`,
  )
  const told = [...measured, ...(problem === null ? [] : [problem])].join('; ')
  return `${fault.id.padEnd(4)} ${verdict.padEnd(9)} ${seconds.toFixed(0).padStart(4)} s  ${fault.fault} – ${told}`
}

export function lastLine(outcomes: readonly Outcome[]): string {
  const passed = outcomes.filter(({ verdict }) => verdict === 'passed').length
  return `${passed} passed, ${outcomes.length - passed} failed`
}

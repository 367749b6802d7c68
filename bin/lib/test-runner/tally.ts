/** What every runner of `npm test` adds to: the last line is the sum. */
export type Tally = { readonly passed: number; readonly failed: number }

export const nothing: Tally = { passed: 0, failed: 0 }

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), nothing)
}

/** The sum of a runner that counts for itself; one that ended badly without a failed test counts as one failure. */
export function withExitCode(tally: Tally, exitCode: number | null): Tally {
  return exitCode === 0 || tally.failed > 0 ? tally : { ...tally, failed: tally.failed + 1 }
}

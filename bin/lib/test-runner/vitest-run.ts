/** Unit and integration tests, by vitest. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from './run-program.ts'
import { withExitCode, type Tally } from './tally.ts'

type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

export async function runVitest(folder: string, args: readonly string[]): Promise<Tally> {
  const reportFile = path.join(folder, 'vitest.json')
  const { exitCode } = await runProgram(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${reportFile}`,
      ...args,
    ],
    { output: 'show', env: { NODE_ENV: 'test' } },
  )
  const text = await fs.readFile(reportFile, 'utf8').catch(() => null)
  return withExitCode(text === null ? { passed: 0, failed: 0 } : tallyOf(JSON.parse(text) as Report), exitCode)
}

export function tallyOf(report: Report): Tally {
  // A file that could not even be loaded has no tests to count.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length }
}

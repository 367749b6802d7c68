/**
 * `npm test`: every check there is; `npm run check`: those that need nothing to run. The last line is the sum over all
 * runners. `npm test -- unit` and `npm test -- browser` run one part; what follows goes to its runner.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runBrowserTests } from './lib/test-runner/browser-run.ts'
import { runProgram } from './lib/test-runner/run-program.ts'
import { runStaticChecks } from './lib/test-runner/static-checks.ts'
import { sum, type Tally } from './lib/test-runner/tally.ts'
import { runVitest } from './lib/test-runner/vitest-run.ts'

const parts = ['check', 'unit', 'browser'] as const
type Part = (typeof parts)[number]

const [first = '', ...others] = process.argv.slice(2)
const chosen = parts.find((part) => part === first)
const args = chosen ? others : process.argv.slice(2)

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-tests-'))
await fs.chmod(folder, 0o755)
const tallies: Tally[] = []
for (const part of chosen ? [chosen] : parts) tallies.push(await runPart(part))
await fs.rm(folder, { recursive: true, force: true })

const { passed, failed } = sum(tallies)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function runPart(part: Part): Promise<Tally> {
  if (part === 'check') return runStaticChecks()
  if (part === 'unit') return runVitest(folder, args)
  const build = await runProgram(['bin/gatehouse.mjs', 'build'], { output: 'show' })
  if (build.exitCode !== 0) {
    console.log('FAILED  build; the browser tests need it and were not run')
    return { passed: 0, failed: 1 }
  }
  const browser = await runBrowserTests(folder, args)
  return { ...browser, passed: browser.passed + 1 }
}

/** Checks that read the sources and run nothing of the product. Each counts as one test. */
import { findForbiddenMarks } from './forbidden-marks.ts'
import { runProgram } from './run-program.ts'
import { sum, type Tally } from './tally.ts'

/** What is wrong, as text to read; null when nothing is. */
type Check = { readonly name: string; readonly problems: () => Promise<string | null> }

const bin = (file: string) => `node_modules/${file}`

const checks: readonly Check[] = [
  { name: 'types', problems: program([bin('typescript-native/bin/tsc'), '--noEmit', '--pretty', 'false']) },
  { name: 'import rules', problems: brokenImportRules },
  { name: 'dead code', problems: program([bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints']) },
  { name: 'lint', problems: program([bin('oxlint/bin/oxlint'), '--deny-warnings']) },
  { name: 'format', problems: program([bin('oxfmt/bin/oxfmt'), '--check']) },
  { name: 'forbidden marks', problems: async () => (await findForbiddenMarks()).join('\n') || null },
]

/** So many at once: most of them use more than one core already. */
const atOnce = 2

export async function runStaticChecks(): Promise<Tally> {
  const waiting = [...checks]
  const results: Tally[] = []
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await runCheck(check))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return sum(results)
}

async function runCheck({ name, problems }: Check): Promise<Tally> {
  const startedAt = Date.now()
  const found = await problems()
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  if (found === null) {
    console.log(`passed  ${name} (${seconds} s)`)
    return { passed: 1, failed: 0 }
  }
  console.log(`FAILED  ${name} (${seconds} s)\n${found.trimEnd()}`)
  return { passed: 0, failed: 1 }
}

function program(args: readonly string[]): Check['problems'] {
  return async () => {
    const { exitCode, output } = await runProgram(args, { output: 'keep' })
    return exitCode === 0 ? null : output || `exit code ${exitCode}`
  }
}

/** With a compiler that it cannot use, dependency-cruiser passes over no modules at all: so many there must be. */
const leastModules = 100

async function brokenImportRules(): Promise<string | null> {
  const { output } = await runProgram(
    [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      'app',
      'bin',
      'components',
      'lib',
      'proxy.ts',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
    ],
    { output: 'keep' },
  )
  const report = parseReport(output)
  if (!report) return output
  const { totalCruised, violations } = report.summary
  if (totalCruised < leastModules) {
    return `only ${totalCruised} modules were read, expected more than ${leastModules}: the rules were not really checked`
  }
  const lines = violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)
  return lines.length === 0 ? null : lines.join('\n')
}

type CruiseReport = {
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly { from: string; to: string; rule: { name: string } }[]
  }
}

function parseReport(output: string): CruiseReport | null {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))) as CruiseReport
  } catch {
    return null
  }
}

/**
 * npm run faults: the fault matrix of docs/FAULTS.md against real processes under load.
 *
 *   npm run faults                   every row
 *   npm run faults -- F8 F10         these rows
 *   npm run faults -- redis          rows whose text has this word
 *   npm run faults -- --short        the small form of rows, as npm test runs some
 *   npm run faults -- --long F6      ten minutes without PostgreSQL
 *   npm run faults -- --soak         20 minutes: rows again and again, in turn
 */
import { parseArgs } from 'node:util'
import { startDatabaseServer } from '#lib/faults/database-server.ts'
import { describeOutcome, lastLine } from '#lib/faults/report.ts'
import { faults } from '#lib/faults/rows.ts'
import { runFault, type Outcome } from '#lib/faults/run-fault.ts'
import type { Fault } from '#lib/faults/fault.ts'

const soakMs = 20 * 60_000
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
  },
})
try {
  const outcomes = await run()
  console.log(lastLine(outcomes))
  process.exitCode = outcomes.every(({ verdict }) => verdict === 'passed') ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}

async function run(): Promise<Outcome[]> {
  const asked = faults.filter(isAskedFor)
  if (asked.length === 0) throw new Error(`No fault has one of these words: ${words.join(' ')}`)
  const server = await startDatabaseServer()
  const outcomes: Outcome[] = []
  const untilMs = Date.now() + soakMs
  try {
    do {
      for (const fault of asked) {
        const outcome = await runFault(fault, values.short ? 'short' : 'full', server.fresh, values.long)
        outcomes.push(outcome)
        console.log(describeOutcome(outcome))
        if (values.soak && Date.now() > untilMs) break
      }
    } while (values.soak && Date.now() < untilMs)
  } finally {
    await server.stop()
  }
  return outcomes
}

/** An id names its row; any other word is looked for in the text. */
function isAskedFor({ id, fault, promise }: Fault): boolean {
  const text = `${fault} ${promise}`.toLowerCase()
  return (
    words.length === 0 ||
    words.some((word) => word.toLowerCase() === id.toLowerCase() || text.includes(word.toLowerCase()))
  )
}

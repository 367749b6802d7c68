/**
 * npm run conformance: official clients, each case against the provider simulator itself and through the gateway, by both
 * mounts; what they tell is compared field by field, and the ledger with the simulator's journal. docs/CONFORMANCE.md
 *
 *   npm run conformance                      everything
 *   npm run conformance -- openai responses  the cases whose name has all of these words
 */
import { installClients, loadCases } from './lib/conformance/clients-package.ts'
import { loadQuickstarts } from './lib/conformance/quickstarts.ts'
import { printReport } from './lib/conformance/report.ts'
import { runCases } from './lib/conformance/run-cases.ts'
import type { Case } from './lib/conformance/case.ts'
import { startWorld } from './lib/conformance/world.ts'

const words = process.argv.slice(2)
const startedAt = Date.now()
try {
  process.exitCode = (await run()) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}

async function run(): Promise<boolean> {
  installClients()
  const cases = [...(await loadCases()), ...(await loadQuickstarts())].filter(isAskedFor)
  if (cases.length === 0) throw new Error(`No case has all of these words: ${words.join(' ')}`)
  const world = await startWorld()
  try {
    const outcomes = await runCases(world, cases)
    printReport(outcomes, (Date.now() - startedAt) / 1000)
    return outcomes.every(({ difference }) => !difference)
  } finally {
    await world.close()
  }
}

function isAskedFor({ client, endpoint, provider, stream, name }: Case): boolean {
  const text = [client, endpoint, provider, stream ? 'stream' : 'plain', name].join(' ')
  return words.every((word) => text.includes(word))
}

/**
 * npm run bench: one interleaved run of every way to the same upstream. Ratios within the run are the result; absolute
 * figures are only for scale, since machines differ and this one is shared.
 *
 *   npm run bench                the whole run
 *   npm run bench -- --quick     shorter slices, no ladder
 *   npm run bench -- drain       only how many events a second the worker books
 */
import { parseArgs } from 'node:util'
import { startBareProxy } from '#lib/bench/bare-proxy.ts'
import { measureDrain } from '#lib/bench/drain.ts'
import { measure } from '#lib/bench/measure.ts'
import { writeReport } from '#lib/bench/report.ts'
import { startRung, type Rung } from '#lib/bench/rung.ts'
import { startWorld } from '#lib/bench/world.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    'slice-ms': { type: 'string' },
    json: { type: 'string', default: 'docs/performance.json' },
    table: { type: 'string', default: 'docs/PERFORMANCE.md' },
  },
})

const [role, argument = ''] = positionals
if (role === 'bare-proxy') console.log(`ready on http://127.0.0.1:${await startBareProxy(argument)}`)
else if (role === 'rung') console.log(`ready on http://127.0.0.1:${await startRung(argument as Rung)}`)
else if (role === 'drain') await measureDrain(Number(values.rounds ?? 5), 60_000, (line) => console.log(line))
else await bench()

async function bench(): Promise<void> {
  const world = await startWorld(!values.quick)
  try {
    const result = await measure(world, {
      rounds: Number(values.rounds ?? (values.quick ? 3 : 7)),
      sliceMs: Number(values['slice-ms'] ?? (values.quick ? 1_000 : 1_500)),
      print: (line) => console.log(line),
    })
    await writeReport(result, values.quick ? null : { json: values.json, table: values.table }, (line) =>
      console.log(line),
    )
    process.exitCode = result.wrong.length > 0 ? 1 : 0
  } finally {
    await world.close()
  }
}

/** The benchmark's result as JSON, as a table, and as ratios against what was promised. */
import fs from 'node:fs/promises'
import type { BenchResult, Measurement } from '#lib/bench/measure.ts'
import { portkeyVersion } from '#lib/bench/world.ts'

export type Ratio = { readonly what: string; readonly value: number; readonly promised: string; readonly kept: boolean }

const portkey = `Portkey ${portkeyVersion}`

/** The promises of "How fast", from one run. */
export function ratios({ measurements }: BenchResult): Ratio[] {
  const find = (contender: string, shape: string, connections: number): Measurement | undefined =>
    measurements.find((m) => m.contender === contender && m.shape === shape && m.connections === connections)
  const added = (contender: string, figure: 'p50Ms' | 'firstByteP50Ms', shape: string): number =>
    (find(contender, shape, 1)?.[figure] ?? Number.NaN) - (find('direct', shape, 1)?.[figure] ?? Number.NaN)
  const rate = (contender: string): number => find(contender, 'JSON', 64)?.callsPerSecond ?? Number.NaN

  const firstToken = added('front door', 'firstByteP50Ms', 'SSE') - added('bare proxy', 'firstByteP50Ms', 'SSE')
  const rows: [string, number, string, (value: number) => boolean][] = [
    [
      'front door / Portkey, calls a second, JSON, 64 connections',
      rate('front door') / rate(portkey),
      'at least 4',
      (v) => v >= 4,
    ],
    [
      'front door / bare proxy, calls a second, JSON, 64 connections',
      rate('front door') / rate('bare proxy'),
      'at least 0.5',
      (v) => v >= 0.5,
    ],
    [
      'front door / Portkey, added p50, JSON, 1 connection',
      added('front door', 'p50Ms', 'JSON') / added(portkey, 'p50Ms', 'JSON'),
      'at most 0.5',
      (v) => v <= 0.5,
    ],
    ['front door − bare proxy, time to first token, ms', firstToken, 'at most 2', (v) => v <= 2],
  ]
  return rows.map(([what, value, promised, keeps]) => ({ what, value, promised, kept: keeps(value) }))
}

export async function writeReport(
  result: BenchResult,
  files: { readonly json: string; readonly table: string } | null,
  print: (line: string) => void,
): Promise<void> {
  const summary = ratios(result)
  for (const { what, value, promised, kept } of summary)
    print(`${kept ? 'kept  ' : 'MISSED'} ${what}: ${value.toFixed(2)} (${promised})`)
  print(`Redis PING p50 ${result.redisPingP50Ms.toFixed(3)} ms`)
  for (const line of result.missing) print(`missing: ${line}`)
  for (const line of result.wrong.slice(0, 10)) print(`wrong answer: ${line}`)
  if (!files) return
  await fs.writeFile(files.json, `${JSON.stringify({ ...result, ratios: summary }, null, 2)}\n`)
  const text = await fs.readFile(files.table, 'utf8').catch(() => `# Performance\n\n${begin}\n${end}\n`)
  const [before = '', rest = ''] = text.split(begin)
  const [, after = ''] = rest.split(end)
  await fs.writeFile(files.table, `${before}${begin}\n\n${tables(result, summary)}\n${end}${after}`)
  print(`written: ${files.json}, ${files.table}`)
}

const begin = '<!-- bench:begin -->'
const end = '<!-- bench:end -->'

function tables(result: BenchResult, summary: readonly Ratio[]): string {
  const lines = [
    `Run of ${result.at.slice(0, 10)} on Node ${result.node}, ${result.rounds} rounds of ${result.sliceMs} ms each, in turns; medians over rounds. Added = over direct.`,
    '',
    '| promise | promised | measured | |',
    '|---|---|---|---|',
    ...summary.map((r) => `| ${r.what} | ${r.promised} | ${r.value.toFixed(2)} | ${r.kept ? 'kept' : 'missed'} |`),
    '',
  ]
  for (const shape of ['JSON', 'SSE']) {
    for (const connections of [1, 64]) {
      const rows = result.measurements.filter((m) => m.shape === shape && m.connections === connections)
      lines.push(
        `**${shape}, ${connections} ${connections === 1 ? 'connection' : 'connections'}**`,
        '',
        ...table(rows, 'direct', 'bare proxy'),
        '',
      )
    }
  }
  for (const connections of [1, 64]) {
    const rows = result.ladder.filter((m) => m.connections === connections)
    if (rows.length > 0) {
      lines.push(
        `**Feature ladder, JSON, ${connections} ${connections === 1 ? 'connection' : 'connections'}** (each rung has all above it)`,
        '',
      )
      lines.push(...table(rows, 'proxy only', 'proxy only'), '')
    }
  }
  lines.push(
    `Redis PING in the same run: p50 ${result.redisPingP50Ms.toFixed(3)} ms.`,
    '',
    ...result.missing.map((m) => `Missing: ${m}.`),
  )
  return lines.join('\n')
}

function table(rows: readonly Measurement[], base: string, yardstick: string): string[] {
  const from = rows.find((m) => m.contender === base)
  const against = rows.find((m) => m.contender === yardstick)
  return [
    `| | calls/s | of ${yardstick} | added p50 ms | added p99 ms | added first byte ms | CPU µs a call |`,
    '|---|--:|--:|--:|--:|--:|--:|',
    ...rows.map((m) =>
      [
        '',
        m.contender,
        m.callsPerSecond.toFixed(0),
        against ? (m.callsPerSecond / against.callsPerSecond).toFixed(2) : '–',
        from ? (m.p50Ms - from.p50Ms).toFixed(2) : '–',
        from ? (m.p99Ms - from.p99Ms).toFixed(2) : '–',
        from ? (m.firstByteP50Ms - from.firstByteP50Ms).toFixed(2) : '–',
        m.cpuMicrosPerCall.toFixed(0),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ]
}

/** The benchmark's result as JSON, as a table, and as ratios against what was promised. */
import fs from 'node:fs/promises'
import type { BenchResult, Measurement } from '#lib/bench/measure.ts'
import { portkeyVersion } from '#lib/bench/world.ts'

export type Ratio = { readonly what: string; readonly value: number; readonly promised: string; readonly kept: boolean }

const portkey = `Portkey ${portkeyVersion}`

/** The promises of docs/PERFORMANCE.md, from one run. */
export function ratios({ measurements, open, redisPingP50Ms }: BenchResult): Ratio[] {
  const find = (contender: string, shape: string, connections: number): Measurement | undefined =>
    measurements.find((m) => m.contender === contender && m.shape === shape && m.connections === connections)
  const added = (contender: string, figure: 'p50Ms' | 'firstByteP50Ms', shape: string): number =>
    (find(contender, shape, 1)?.[figure] ?? Number.NaN) - (find('direct', shape, 1)?.[figure] ?? Number.NaN)
  const rate = (contender: string, shape: string, connections: number): number =>
    find(contender, shape, connections)?.callsPerSecond ?? Number.NaN
  const growth = (contender: string): number =>
    (find(contender, 'JSON, 1 MB', 4)?.cpuMicrosPerCall ?? Number.NaN) -
    (find(contender, 'JSON, 0.2 KB', 4)?.cpuMicrosPerCall ?? Number.NaN)

  const firstToken = added('front door', 'firstByteP50Ms', 'SSE') - added('bare proxy', 'firstByteP50Ms', 'SSE')
  const allowedMs = added('bare proxy', 'p50Ms', 'JSON') + redisPingP50Ms + 0.2
  const atLeast = (what: string, value: number, least: number): Ratio => ({
    what,
    value,
    promised: `at least ${least}`,
    kept: value >= least,
  })
  const atMost = (what: string, value: number, most: number): Ratio => ({
    what,
    value,
    promised: `at most ${Number(most.toFixed(2))}`,
    kept: value <= most,
  })
  return [
    atLeast(
      'front door / Portkey, calls a second, JSON, 64 connections',
      rate('front door', 'JSON', 64) / rate(portkey, 'JSON', 64),
      6,
    ),
    atLeast(
      'front door / bare proxy, calls a second, JSON, 64 connections',
      rate('front door', 'JSON', 64) / rate('bare proxy', 'JSON', 64),
      0.65,
    ),
    atMost(
      'front door, added p50, JSON, 1 connection, ms (bare proxy’s + Redis PING + 0.2)',
      added('front door', 'p50Ms', 'JSON'),
      allowedMs,
    ),
    atMost(
      'front door / Portkey, added p50, JSON, 1 connection',
      added('front door', 'p50Ms', 'JSON') / added(portkey, 'p50Ms', 'JSON'),
      0.4,
    ),
    atLeast(
      'front door / bare proxy, events a second, long SSE, 16 connections',
      rate('front door', 'long SSE', 16) / rate('bare proxy', 'long SSE', 16),
      0.8,
    ),
    atMost('front door − bare proxy, time to first token, ms', firstToken, 1),
    atMost(
      'front door, KiB a stream with 2,000 open',
      open.find(({ contender }) => contender === 'front door')?.kibPerStream ?? Number.NaN,
      40,
    ),
    atMost(
      'front door / bare proxy, CPU that a prompt of 1 MB costs beyond one of 0.2 KB',
      growth('front door') / growth('bare proxy'),
      1,
    ),
  ]
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
  const sized = result.measurements.filter((m) => m.connections !== 1 && m.connections !== 64)
  for (const name of new Set(sized.map((m) => m.shape))) {
    const rows = sized.filter((m) => m.shape === name)
    lines.push(`**${name}, ${rows[0]!.connections} connections**`, '', ...table(rows, 'direct', 'bare proxy'), '')
  }
  if (result.open.length > 0) {
    lines.push('**Open streams**', '', '| | streams | KiB a stream |', '|---|--:|--:|')
    for (const { contender, streams, kibPerStream } of result.open)
      lines.push(`| ${contender} | ${streams} | ${kibPerStream.toFixed(1)} |`)
    lines.push('')
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

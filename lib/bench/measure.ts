/** Measures all contenders in turns, so that what the machine does meanwhile hits each of them alike. */
import { Redis } from 'ioredis'
import { Pool } from 'undici'
import { quantile, runSlice, type Shape, type Slice } from '#lib/bench/load.ts'
import { cpuMicros } from '#lib/bench/processes.ts'
import { openStreams, type OpenStreams } from '#lib/bench/open-streams.ts'
import { chat, longStream, prompted } from '#lib/bench/shapes.ts'
import type { Contender, World } from '#lib/bench/world.ts'

export type Options = { readonly rounds: number; readonly sliceMs: number; readonly print: (line: string) => void }

/** Medians over the rounds. Latencies in ms, CPU in µs a call. */
export type Measurement = {
  readonly contender: string
  readonly shape: string
  readonly connections: number
  readonly callsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
  readonly cpuMicrosPerCall: number
  readonly calls: number
}

export type BenchResult = {
  readonly at: string
  readonly node: string
  readonly rounds: number
  readonly sliceMs: number
  readonly measurements: readonly Measurement[]
  readonly ladder: readonly Measurement[]
  readonly open: readonly OpenStreams[]
  readonly redisPingP50Ms: number
  readonly missing: readonly string[]
  readonly wrong: readonly string[]
}

/** Names of the contenders that are measured where peers would only cost time. */
const plain = ['direct', 'bare proxy', 'front door']
/** Prompts, in bytes, over which the cost of passing a body through is followed. */
const promptBytes = [200, 10_000, 100_000, 1_000_000]
const openAtOnce = 2_000

type Cell = { readonly shape: Shape; readonly connections: number; readonly only?: readonly string[] }

function cells(): Cell[] {
  return [
    ...[chat(false), chat(true)].flatMap((shape) => [1, 64].map((connections) => ({ shape, connections }))),
    { shape: longStream, connections: 16, only: plain },
    ...promptBytes.map((bytes) => ({ shape: prompted(bytes), connections: 4, only: plain })),
  ]
}

export async function measure(world: World, options: Options): Promise<BenchResult> {
  const wrong: string[] = []
  await warmUp(world, options)
  const measurements: Measurement[] = []
  for (const { shape, connections, only } of cells()) {
    options.print(`${shape.name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`)
    const contenders = world.contenders.filter(({ target }) => !only || only.includes(target.name))
    measurements.push(...(await inTurns(contenders, shape, connections, options, wrong)))
  }
  const ladder: Measurement[] = []
  if (world.ladder.length > 0) {
    for (const connections of [1, 64]) {
      options.print(`feature ladder, ${connections} ${connections === 1 ? 'connection' : 'connections'}`)
      ladder.push(...(await inTurns(world.ladder, chat(false), connections, options, wrong)))
    }
  }
  options.print(`${openAtOnce} open streams`)
  const open: OpenStreams[] = []
  for (const contender of world.contenders.filter(({ target }) => ['bare proxy', 'front door'].includes(target.name))) {
    open.push(await openStreams(contender, openAtOnce))
    options.print(`  ${contender.target.name.padEnd(16)} ${open.at(-1)!.kibPerStream.toFixed(1)} KiB a stream`)
  }
  return {
    at: new Date().toISOString(),
    node: process.version,
    rounds: options.rounds,
    sliceMs: options.sliceMs,
    measurements,
    ladder,
    open,
    redisPingP50Ms: await redisPing(world.redisUrl),
    missing: world.missing,
    wrong,
  }
}

/** At one connection the compiler would need minutes to have seen enough of each contender. */
const warmUpMs = 4_000

async function warmUp(world: World, { print }: Options): Promise<void> {
  print('warming up')
  for (const { target } of [...world.contenders, ...world.ladder]) {
    const pool = new Pool(target.url, { connections: 64, pipelining: 1 })
    for (const shape of [chat(false), chat(true)]) await runSlice(pool, target, shape, 64, warmUpMs / 2)
    await pool.destroy()
  }
}

async function inTurns(
  contenders: readonly Contender[],
  shape: Shape,
  connections: number,
  { rounds, sliceMs, print }: Options,
  wrong: string[],
): Promise<Measurement[]> {
  const pools = new Map(
    contenders.map(({ target }) => [target.name, new Pool(target.url, { connections, pipelining: 1 })]),
  )
  const slices = new Map<string, { slice: Slice; cpu: number }[]>()
  for (let round = -1; round < rounds; round++) {
    for (const { target, process } of contenders) {
      const before = cpuMicros(process.pid)
      const slice = await runSlice(
        pools.get(target.name)!,
        target,
        shape,
        connections,
        round < 0 ? sliceMs / 2 : sliceMs,
      )
      const cpu = (cpuMicros(process.pid) - before) / slice.calls
      for (const problem of slice.wrong) wrong.push(`${target.name}, ${shape.name}: ${problem}`)
      // The first round warms caches, connections and the compiler.
      if (round >= 0) slices.set(target.name, [...(slices.get(target.name) ?? []), { slice, cpu }])
    }
  }
  for (const pool of pools.values()) await pool.destroy()
  return contenders.map(({ target }) => {
    const taken = slices.get(target.name) ?? []
    const over = (figure: (part: { slice: Slice; cpu: number }) => number): number => median(taken.map(figure))
    const measurement: Measurement = {
      contender: target.name,
      shape: shape.name,
      connections,
      callsPerSecond: over(({ slice }) => slice.calls / slice.seconds),
      p50Ms: over(({ slice }) => quantile(slice.latencies, 0.5)),
      p99Ms: over(({ slice }) => quantile(slice.latencies, 0.99)),
      firstByteP50Ms: over(({ slice }) => quantile(slice.firstBytes, 0.5)),
      cpuMicrosPerCall: over(({ cpu }) => cpu),
      calls: taken.reduce((sum, { slice }) => sum + slice.calls, 0),
    }
    print(
      `  ${target.name.padEnd(16)} ${measurement.callsPerSecond.toFixed(0).padStart(7)} calls/s` +
        `  p50 ${measurement.p50Ms.toFixed(2)} ms  p99 ${measurement.p99Ms.toFixed(2)} ms` +
        `  first byte ${measurement.firstByteP50Ms.toFixed(2)} ms  CPU ${measurement.cpuMicrosPerCall.toFixed(0)} µs`,
    )
    return measurement
  })
}

async function redisPing(url: string): Promise<number> {
  const redis = new Redis(url)
  const times: number[] = []
  for (let i = 0; i < 2_000; i++) {
    const startedMs = performance.now()
    await redis.ping()
    times.push(performance.now() - startedMs)
  }
  redis.disconnect()
  return quantile(Float64Array.from(times), 0.5)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

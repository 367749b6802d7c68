/** Runs one row of the matrix within its time, and clears up after it whatever became of it. */
import type { Fault, Figure, Scale } from '#lib/faults/fault.ts'
import { startWorld, type FaultDatabase, type StartWorld, type World } from '#lib/faults/world.ts'

export type Outcome = {
  readonly fault: Fault
  readonly verdict: 'passed' | 'failed' | 'not built'
  readonly figures: readonly Figure[]
  /** What broke off the row; null where it ran to its end. */
  readonly problem: string | null
  readonly seconds: number
}

export async function runFault(
  fault: Fault,
  scale: Scale,
  freshDatabase: () => Promise<FaultDatabase>,
  isLong: boolean = false,
): Promise<Outcome> {
  if ('notBuilt' in fault) return { fault, verdict: 'not built', figures: [], problem: fault.notBuilt, seconds: 0 }
  const startedMs = Date.now()
  const worlds: World[] = []
  // The whole form tries what users run; the short one runs beside other tests, with the deadline of tests.
  const deadline: Record<string, string> = scale === 'full' ? { GATEHOUSE_REDIS_DEADLINE_MS: '' } : {}
  const start: StartWorld = async (wish) => {
    const world = await startWorld({ ...wish, env: { ...deadline, ...wish.env } }, freshDatabase)
    worlds.push(world)
    return world
  }
  let figures: readonly Figure[] = []
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${fault.withinMs / 1_000} s`)), fault.withinMs)
  })
  try {
    const running = fault.run(start, scale, isLong)
    // What a row that was given up says later interests nobody.
    running.catch(() => {})
    figures = await Promise.race([running, tooLong])
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
    for (const world of worlds) await world.close()
  }
  const isKept = problem === null && figures.length > 0 && figures.every(({ kept }) => kept)
  return { fault, verdict: isKept ? 'passed' : 'failed', figures, problem, seconds: (Date.now() - startedMs) / 1_000 }
}

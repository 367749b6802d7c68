/**
 * SEED: gives Redis a budget period that it does not know, because the period or the budget is new, or because Redis lost
 * its data. A missing period is never taken for zero: it is what PostgreSQL has booked plus what still travels in the
 * stream, each event counted once.
 */
import { usageStream } from '#lib/ledger/contract.ts'
import type { BudgetRule, Scope } from '#lib/limits/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { budgetKey } from '#lib/limits/keys.ts'
import { namedInEvents, namesScope } from '#lib/limits/rules/scope-in-events.ts'
import type { Window } from '#lib/limits/windows.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** Nano-USD booked for the scope in the window, without the named events. */
export type SpentInLedger = (scope: Scope, window: Window, except: readonly string[]) => Promise<bigint>

const tries = 20
const page = 1_000

export type SeedBudget = (rule: Pick<BudgetRule, 'id' | 'scope'>, window: Window) => Promise<void>

/**
 * A seeder for one process: the many calls that meet an unknown period at once cause one reading. It rejects when
 * PostgreSQL does not answer: the calls must be refused then, for their budget is not known.
 */
export function createSeeder(redis: RedisClient, spentInLedger: SpentInLedger): SeedBudget {
  const running = new Map<string, Promise<void>>()
  return (rule, window) => {
    const key = budgetKey(rule, window)
    let seeding = running.get(key)
    if (!seeding) {
      seeding = seedBudget(redis, spentInLedger, rule, window).finally(() => running.delete(key))
      running.set(key, seeding)
    }
    return seeding
  }
}

async function seedBudget(
  redis: RedisClient,
  spentInLedger: SpentInLedger,
  rule: Pick<BudgetRule, 'id' | 'scope'>,
  window: Window,
): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const reading = await readSpent(redis, spentInLedger, rule, window)
    const keys = [budgetKey(rule, window), usageStream]
    const seeded = await callFunction(redis, 'gatehouse_seed_within', keys, argumentsOf(reading, rule, window))
    // 0: a worker took what was settled while we read. It may be in our reading of the ledger or not, so read again.
    if (seeded === 1) return
  }
  throw new Error('budget could not be seeded: workers took new entries at every try')
}

/** What a budget period comes to, but for what was settled after the entry `newest` of the stream. */
export type SpentReading = { readonly spentNanos: bigint; readonly newest: string }

/** What is booked, and what is on its way up to the newest entry of the stream, each event once. */
export async function readSpent(
  redis: RedisClient,
  spentInLedger: SpentInLedger,
  rule: Pick<BudgetRule, 'scope'>,
  window: Window,
): Promise<SpentReading> {
  const newest = (await callFunction(redis, 'gatehouse_newest', [usageStream], [])) as string
  const travelling = await readStream(redis, newest)
  const booked = await spentInLedger(
    rule.scope,
    window,
    travelling.map((event) => event.id),
  )
  return { spentNanos: booked + spentOnTheWay(travelling, rule.scope, window), newest }
}

/** What events cost that count in the scope and the window, nano-USD. */
export function spentOnTheWay(events: readonly StreamEvent[], scope: Scope, window: Window): bigint {
  return events
    .filter((event) => inWindow(event.at, window) && isOfScope(event, scope))
    .reduce((sum, event) => sum + BigInt(event.costNanos ?? 0), 0n)
}

/** A reading as the functions take it, which add what was settled since. */
export function argumentsOf(
  { spentNanos, newest }: SpentReading,
  rule: Pick<BudgetRule, 'scope'>,
  window: Window,
): (string | number)[] {
  const { id, teamId = '' } = namedInEvents(rule.scope)
  return [spentNanos.toString(), window.startMs, window.endMs, newest, fieldOf[rule.scope.type] ?? '', id, teamId]
}

export type StreamEvent = {
  readonly id: string
  readonly at: number
  /** Absent where a call cost nothing. */
  readonly costNanos?: string
} & Readonly<Record<string, unknown>>

/**
 * What is on its way, up to an entry, each event once: an event may come again where a gateway told a second time what it
 * had told. What comes behind the entry is counted by the function itself.
 */
export async function readStream(redis: RedisClient, upTo: string): Promise<StreamEvent[]> {
  const events = new Map<string, StreamEvent>()
  for (let from = '-'; ;) {
    const entries = await redis.xrange(usageStream, from, upTo, 'COUNT', page)
    for (const [, [, text = '']] of entries) {
      const event = parse(text)
      if (event) events.set(event.id, event)
    }
    const last = entries.at(-1)
    if (!last || entries.length < page) return [...events.values()]
    from = `(${last[0]}`
  }
}

// A poison entry is the worker's to set aside; it is no event and costs nothing.
function parse(text: string): StreamEvent | null {
  try {
    return JSON.parse(text) as StreamEvent
  } catch {
    return null
  }
}

function inWindow(atMs: number, window: Window): boolean {
  return atMs >= window.startMs && (window.endMs === 0 || atMs < window.endMs)
}

/** The field of an event that names the scope; none for the organisation, which is in all. */
export const fieldOf: Partial<Record<Scope['type'], string>> = {
  key: 'keyId',
  user: 'userId',
  team: 'teamId',
  project: 'projectId',
  workload: 'workloadId',
  business_unit: 'businessUnitId',
  environment: 'environment',
  group: 'groups',
  tag: 'tags',
}

export function isOfScope(event: StreamEvent, scope: Scope): boolean {
  const field = fieldOf[scope.type]
  const { id, teamId } = namedInEvents(scope)
  if (teamId !== undefined && event.teamId !== teamId) return false
  return field === undefined ? true : namesScope(event[field], id)
}

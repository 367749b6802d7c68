/**
 * What this process has for Redis goes there in turns: one function call takes all settlements and admissions that wait.
 * A process with few calls sends each at once; under load a turn carries many, and records that they share are read and
 * written once. For every call it is still one round trip, and one decision as if it came alone.
 *
 * A settlement that may linger stands back for those whose callers wait, for five milliseconds at most; an admission may
 * be judged before it.
 *
 * Bounds: 100 calls a turn, two turns under way. An admission that waits for longer than the call path's deadline fails,
 * and where its turn has not come yet it is never asked. A turn itself is patient: what it settles nobody waits for.
 */
import { callFunction } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import type { RuleSet } from '#lib/limits/rule-set.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { callerWaits, isAway, RedisAwayError } from '#lib/platform/redis-deadline.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** How long a hold lives without its gateway renewing it. */
export const leaseMs = 8_000

/** Must stay below what one Lua call can take as arguments, and a turn short for those who wait behind it. */
const mostPerTurn = 100
const mostUnderWay = 2
const lingerMs = 5

/** In the order of functions/turn.lua. */
export type AdmissionValues = readonly [
  callId: string,
  promptTokens: number,
  promptNanos: number,
  outputNanos: number,
  outputWanted: number,
  outputLeast: number,
]

export type SettleMode = 'final' | 'sweep' | 'adjust'

export type SettlementValues = readonly [
  callId: string,
  mode: SettleMode,
  nanos: string,
  inputTokens: number,
  outputTokens: number,
  budgetKeys: readonly string[],
]

/** One call's part of a turn. `text` is the draft of an admission, the event of a settlement. */
export type Part = { readonly text: string } & (
  | { readonly kind: 'admission'; readonly rules: RuleSet; readonly values: AdmissionValues }
  | { readonly kind: 'settlement'; readonly values: SettlementValues; readonly mayLinger: boolean }
)

type Waiting = {
  readonly part: Part
  readonly resolve: (reply: string) => void
  readonly reject: (error: unknown) => void
}

type Turns = { take(part: Part): Promise<string> }

const turnsOf = new WeakMap<RedisClient, Turns>()

/** Redis' answer to one part, as turn.lua words it. Throws when Redis does not answer in time. */
export function takeTurn(redis: RedisClient, part: Part): Promise<string> {
  let turns = turnsOf.get(redis)
  if (!turns) turnsOf.set(redis, (turns = createTurns(redis)))
  return turns.take(part)
}

function createTurns(redis: RedisClient): Turns {
  const waiting: Waiting[] = []
  const lingering: Waiting[] = []
  let underWay = 0
  let isNext = false
  let isDue = false
  let timer: NodeJS.Timeout | null = null

  function linger(one: Waiting): void {
    lingering.push(one)
    if (lingering.length >= mostPerTurn) due()
    else timer ??= setTimeout(due, lingerMs)
  }

  function due(): void {
    isDue = true
    next()
  }

  // What the rest of this turn of the event loop brings goes along.
  function next(): void {
    if (isNext || underWay >= mostUnderWay || (waiting.length === 0 && !isDue)) return
    isNext = true
    setImmediate(() => {
      isNext = false
      underWay += 1
      void run(redis, crew()).finally(() => {
        underWay -= 1
        next()
      })
      next()
    })
  }

  /** One whose caller waits does not wait for what lingers; in company it makes no difference. */
  function crew(): Waiting[] {
    const turn = waiting.splice(0, mostPerTurn)
    if (turn.length === 1 && !isDue) return turn
    if (timer) clearTimeout(timer)
    timer = null
    const all = turn.concat(lingering.splice(0, mostPerTurn - turn.length))
    isDue = lingering.length > 0
    return all
  }

  function queue(part: Part): { one: Waiting; answer: Promise<string> } {
    let one!: Waiting
    const answer = new Promise<string>((resolve, reject) => (one = { part, resolve, reject }))
    if (part.kind === 'settlement' && part.mayLinger) linger(one)
    else {
      waiting.push(one)
      next()
    }
    return { one, answer }
  }

  return {
    take(part) {
      if (part.kind === 'settlement') return queue(part).answer
      if (isAway(redis)) return Promise.reject(new RedisAwayError('Redis does not answer'))
      const { one, answer } = queue(part)
      return callerWaits(redis, answer, () => {
        const place = waiting.indexOf(one)
        if (place >= 0) waiting.splice(place, 1)
      })
    },
  }
}

/** Answers everybody in the turn; never rejects. */
async function run(redis: RedisClient, turn: readonly Waiting[]): Promise<void> {
  try {
    await send(redis, turn)
  } catch (error) {
    // One call that Redis cannot judge, for a record that is not what it should be, must not hold up the others.
    if (turn.length > 1 && isOfOneCall(error)) for (const one of turn) await run(redis, [one])
    else for (const one of turn) one.reject(error)
  }
}

function isOfOneCall(error: unknown): boolean {
  return error instanceof Error && /^(ERR|WRONGTYPE)\b/.test(error.message)
}

async function send(redis: RedisClient, turn: readonly Waiting[]): Promise<void> {
  const ruleSets = new Map<RuleSet, number>()
  const settlements: Waiting[] = []
  const admissions: Waiting[] = []
  const endings: SettlementValues[] = []
  const questions: (readonly [rules: number, ...AdmissionValues])[] = []
  for (const one of turn) {
    if (one.part.kind === 'settlement') {
      settlements.push(one)
      endings.push(one.part.values)
    } else {
      let number = ruleSets.get(one.part.rules)
      if (number === undefined) ruleSets.set(one.part.rules, (number = ruleSets.size + 1))
      admissions.push(one)
      questions.push([number, ...one.part.values])
    }
  }
  const answered = settlements.concat(admissions)
  const args: (string | number)[] = [leaseMs, JSON.stringify(endings), JSON.stringify(questions)]
  for (const { part } of answered) args.push(part.text)
  for (const { text } of ruleSets.keys()) args.push(text)
  const replies = (await callFunction(redis, 'gatehouse_turn', [openHolds, usageStream], args, true)) as string[]
  for (const [i, one] of answered.entries()) one.resolve(replies[i]!)
}

/** Runs every case against the provider itself and through both mounts, one at a time, and compares. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import type { KeyWish, Mount } from '#lib/testing/gateway.ts'
import { allowedDifferences } from './allowed-differences.ts'
import type { At, Case } from './case.ts'
import { modelOf } from './catalogue.ts'
import { ledgerDifference, type LedgerRow } from './check-ledger.ts'
import { firstDifference, firstMissing, plain, type AllowedDifference, type Difference } from './compare.ts'
import { observeFetch, type Exchanged, type FetchObserver } from './observe-fetch.ts'
import { mounts, type Addresses, type World } from './world.ts'

/** What one case came to through one mount. */
export type Outcome = {
  readonly case: Case
  readonly mount: Mount
  readonly difference: Difference | null
}

/** A run through the gateway whose row in the ledger is still to be looked at. */
type Booking = {
  readonly outcome: { case: Case; mount: Mount; difference: Difference | null }
  readonly keyIds: readonly string[]
  readonly journal: readonly CallEntry[]
}

/** What a client told, and what went over the wire; or what it threw, which no case lets through on purpose. */
type Told = { readonly result: unknown; readonly http: readonly Exchanged[] } | { readonly threw: string }

/** A little more than the simulator asks for, and than the gateway takes where nothing is asked for. */
const restMs = 1_200

export async function runCases(world: World, cases: readonly Case[]): Promise<Outcome[]> {
  const observer = observeFetch()
  const bookings: Booking[] = []
  for (const one of cases) {
    const told = one.expected ? null : await runOnce(observer, one, atProvider(world, one))
    for (const mount of mounts) {
      bookings.push(await throughGateway(world, observer, one, mount, told))
      if (one.rests) await sleep(restMs)
    }
  }
  await compareLedger(world, bookings)
  return bookings.map(({ outcome }) => outcome)
}

async function throughGateway(
  world: World,
  observer: FetchObserver,
  one: Case,
  mount: Mount,
  direct: Told | null,
): Promise<Booking> {
  await world.clearJournal()
  const keyIds: string[] = []
  const mint = async (wish: KeyWish) => {
    const key = await world.makeKey(wish)
    keyIds.push(key.id)
    return key.text
  }
  const key = await mint({})
  const told = await runOnce(observer, one, atOf(world, one, world.through(mount), key, mint))
  const outcome = { case: one, mount, difference: differenceOf(one, direct, told) }
  return { outcome, keyIds, journal: await world.journal() }
}

function differenceOf(one: Case, direct: Told | null, told: Told): Difference | null {
  if (direct && 'threw' in direct) return { path: 'direct', expected: 'an answer', got: direct.threw }
  if ('threw' in told) return { path: 'result', expected: 'an answer', got: told.threw }
  if (!direct) return firstMissing(one.expected, told)
  const kinds = kindsOf(one)
  const allowed = allowedDifferences.filter((rule) => kinds.includes(rule.in))
  return firstDifference(direct, told, allowed)
}

function kindsOf({ wire, provider, translated }: Case): readonly AllowedDifference['in'][] {
  const callsGoogle = ['gemini', 'gemini-root', 'vertex', 'vertex-anthropic'].includes(wire)
  const [callsAzure, isAzures] = [wire, provider].map((name) => name.startsWith('azure'))
  return [
    'every case',
    ...(translated ? (['translated'] as const) : []),
    ...(callsGoogle ? (['google'] as const) : []),
    ...(callsAzure ? (['azure'] as const) : []),
    ...(callsAzure === isAzures ? [] : (['azure and another'] as const)),
  ]
}

function atProvider(world: World, one: Case): At {
  const noKeys = () => Promise.reject(new Error('a provider mints no keys of ours'))
  return atOf(world, one, world.direct, 'sk-simulated', noKeys)
}

function atOf(
  world: World,
  one: Case,
  addresses: Addresses,
  key: string,
  mint: (wish: KeyWish) => Promise<string>,
): At {
  return {
    ...addresses,
    key,
    model: one.model ?? modelOf[one.provider],
    other: 'text-embedding-3-small',
    mint,
    untilRunning: () => world.untilRunning(),
  }
}

const patienceMs = 20_000

async function runOnce(observer: FetchObserver, one: Case, at: At): Promise<Told> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${patienceMs / 1000} s`)), patienceMs)
  })
  try {
    return await observer.watch(at[one.wire], async (http) => {
      const result = plain(await Promise.race([one.run(at), tooLong]))
      return { result, http }
    })
  } catch (error) {
    return { threw: String(error).replaceAll(/\s+/g, ' ') }
  } finally {
    clearTimeout(timer)
  }
}

const ledgerPatienceMs = 8_000

/** Rows come within seconds; what still differs then is a failure. */
async function compareLedger(world: World, bookings: readonly Booking[]): Promise<void> {
  const deadline = Date.now() + ledgerPatienceMs
  let open = bookings.filter(({ outcome }) => !outcome.difference)
  while (open.length > 0) {
    const rows = await world.ledger()
    const isLast = Date.now() > deadline
    open = open.filter((booking) => {
      const difference = bookedOtherwise(booking, rows)
      if (difference && isLast) booking.outcome.difference = difference
      return difference !== null
    })
    if (isLast) return
    if (open.length > 0) await sleep(200)
  }
}

function bookedOtherwise({ outcome, keyIds, journal }: Booking, rows: readonly LedgerRow[]): Difference | null {
  const own = rows.filter(({ keyId }) => keyIds.includes(keyId))
  const { leaves = false, estimated = false } = outcome.case
  return ledgerDifference(own, journal, leaves ? 'cut' : estimated ? 'estimated' : 'exact')
}

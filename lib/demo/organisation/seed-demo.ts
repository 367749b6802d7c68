/**
 * Puts Fernhill Logistics there, once and in one transaction: people, keys, guardrails, and 90 days of calls that end
 * now. What somebody has changed since stays. It runs at every start of the demo, since the simulated providers move
 * with the simulator.
 */
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import { makeAudit, type Act } from '#lib/demo/organisation/make-audit.ts'
import { dayMs, demoDays, type Company, type Key } from '#lib/demo/organisation/company.ts'
import { makeCompany } from '#lib/demo/organisation/make-company.ts'
import { Spending } from '#lib/demo/organisation/spending.ts'
import { makeGuardrails } from '#lib/demo/organisation/make-guardrails.ts'
import { makeRequests, type Asked } from '#lib/demo/organisation/make-requests.ts'
import { makeQuarantines } from '#lib/demo/organisation/make-quarantines.ts'
import { makeUsage, refusedAtCap } from '#lib/demo/organisation/make-usage.ts'
import {
  appendActs,
  hasOrganisation,
  insertBudgets,
  insertCompany,
  insertGuardrails,
  lockSeeding,
  measureTables,
  setLastUse,
  type KeyBudget,
} from '#lib/demo/organisation/store.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions, insertBareEvents, rollUpRange, type RunSql } from '#lib/ledger/store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { seedBuiltInProfiles } from '#lib/policy/seed-built-in-profiles.ts'
import { publishVersions } from '#lib/policy/versions.ts'
import { fileRequest } from '#lib/requests/file-request.ts'
import { openQuarantine } from '#lib/quarantine/records-store.ts'

export type Seeded = {
  /** False where the organisation was there already. */
  readonly seeded: boolean
  readonly events: number
}

const transactionTimes = { maxWait: 15_000, timeout: 900_000 }
const atOnce = 3_000
const stretchMs = 15 * dayMs

export async function seedDemo(
  context: Pick<Context, 'config' | 'db' | 'sql' | 'redis' | 'clock'>,
  { simulatorUrl }: { readonly simulatorUrl: string },
): Promise<Seeded> {
  const { config, db, sql, redis, clock } = context
  const nowMs = clock.nowMs()
  const startMs = nowMs - demoDays * dayMs
  await db.$transaction((tx) => seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl, nowMs }), transactionTimes)
  await publishVersions(db, redis, ['catalog'])
  // Opening a month locks the ledger: not inside the long transaction.
  await ensurePartitions(sql, new Date(startMs - dayMs), new Date(nowMs + 92 * dayMs))
  // As of the first day, so that the prices of the whole time are in it.
  const catalog = await loadCatalog(db, config.masterKey, startMs)

  const seeded = await db.$transaction(async (tx) => {
    await lockSeeding(tx)
    if (await hasOrganisation(tx)) return { seeded: false, events: 0 }
    const { Experiment = '', Production = '', Restricted = '' } = await seedBuiltInProfiles(tx, startMs)
    const company = makeCompany(nowMs, { Experiment, Production, Restricted }, config.pepper)
    await insertCompany(tx, company)
    const spending = new Spending()
    const events = await insertUsage(tx, company, catalog, spending, nowMs)
    await insertBudgets(tx, company, keyBudgets(company, spending, nowMs))
    await setLastUse(tx)
    for (const { sinceMs, ...quarantined } of makeQuarantines(company, nowMs)) {
      await openQuarantine(tx, { ...quarantined, nowMs: sinceMs })
    }
    await insertGuardrails(tx, makeGuardrails(company), startMs)
    const asked = await fileRequests(tx, makeRequests(company, nowMs))
    await appendActs(
      tx,
      [...makeAudit(company, catalog, nowMs), ...asked].toSorted((a, b) => a.atMs - b.atMs),
    )
    return { seeded: true, events }
  }, transactionTimes)
  if (seeded.seeded) await measureTables(sql)
  return seeded
}

async function fileRequests(tx: Tx, requests: readonly Asked[]): Promise<Act[]> {
  const acts: Act[] = []
  for (const { by, atMs, request } of requests) {
    const actor = { kind: 'user', id: by.id, name: by.name, ip: null } as const
    const { audit } = await fileRequest(tx, actor, request, atMs)
    acts.push({ ...audit, atMs, actor })
  }
  return acts
}

async function insertUsage(
  tx: Tx,
  company: Company,
  catalog: CatalogSnapshot,
  spending: Spending,
  nowMs: number,
): Promise<number> {
  const run: RunSql = (text, values) => tx.$executeRawUnsafe(text, ...values)
  let waiting: EventRow[] = []
  let inserting: Promise<void> = Promise.resolve()
  let events = 0
  // PostgreSQL writes one batch while the next is made.
  const flush = async () => {
    await inserting
    inserting = insertBareEvents(run, waiting)
    events += waiting.length
    waiting = []
  }
  for (const day of makeUsage(company, catalog, spending, nowMs)) {
    waiting.push(...day)
    if (waiting.length >= atOnce) await flush()
  }
  for (const key of company.keys.filter(({ isNearCap }) => isNearCap)) {
    const cap = almostUsedUp(key, spending, nowMs)
    const spent = spending.of(key, nowMs)
    waiting.push(...refusedAtCap(key, catalog, { spent, cap }, spending.lastMs(key) ?? nowMs, nowMs))
  }
  await flush()
  await inserting
  // A stretch at a time: no statement is long, however slow the machine.
  const firstDayMs = company.startMs - (company.startMs % dayMs)
  for (let fromMs = firstDayMs; fromMs <= nowMs; fromMs += stretchMs) {
    await rollUpRange(run, new Date(fromMs), new Date(fromMs + stretchMs))
  }
  return events
}

/** Caps that fit what each key spends: people's from the profile, workloads' with room, and some with almost none. */
function keyBudgets(company: Company, spending: Spending, nowMs: number): KeyBudget[] {
  return company.keys.flatMap((key): KeyBudget[] => {
    if (key.budget !== null) return [{ keyId: key.id, ...key.budget }]
    if (key.isNearCap) return [{ keyId: key.id, amountNanos: almostUsedUp(key, spending, nowMs), posture: 'hard' }]
    return [{ keyId: key.id, amountNanos: withRoom(spending.most(key)), posture: 'alert_then_enforce' }]
  })
}

const least = nanosOfUsd('5')
const cent = 10_000_000n
/** Less than one call of these keys would hold. */
const leftNanos = nanosOfUsd('0.41')

function almostUsedUp(key: Key, spending: Spending, nowMs: number): bigint {
  const spent = spending.of(key, nowMs)
  const amount = ((spent + leftNanos) / cent) * cent
  return amount > least ? amount : least
}

const amounts = ['25', '50', '100', '200', '300', '500', '800', '1200', '2000', '3000', '5000'].map(nanosOfUsd)

function withRoom(most: bigint): bigint {
  return amounts.find((amount) => amount >= (most * 3n) / 2n) ?? nanosOfUsd('5000')
}

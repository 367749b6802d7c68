/** The month adds up: rows, totals, export and ledger are one number. Real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions, insertEvents } from '#lib/ledger/store.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import { namedDimensions } from '#lib/reports/contract.ts'
import { listShowbackMonths, readShowback, showbackTable } from '#lib/reports/read-showback.ts'
import { monthParam, showbackQuery } from '#lib/reports/showback-contract.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { anEvent } from '#lib/testing/usage-events.ts'
import type { Actor } from '#lib/identity/contract.ts'

const nowMs = Date.UTC(2026, 10, 18, 14, 32)
const hour = 3_600_000
let service: TestDatabase
let database: Database
let events: UsageEvent[]
let tess: Actor

beforeAll(async () => {
  service = await freshDatabase()
  database = openDatabase(service.url)
  await createSmallCompany(database.db)
  tess = await actorNamed(database.db, 'Tess')
  await ensurePartitions(database.sql, new Date(nowMs - 60 * 24 * hour), new Date(nowMs))
  events = Array.from({ length: 1_000 }, (_, n) =>
    anEvent({
      at: nowMs - n * 1.1 * hour,
      keyId: `key_${n % 5}`,
      teamId: n % 3 === 0 ? 'team_platform' : 'team_search',
      costCentre: n % 7 === 0 ? null : n % 3 === 0 ? '1000' : '4210',
      model: ['gpt-4o', 'gpt-4o-mini'][n % 2]!,
      costNanos: String(n * 987_654_321 + 7),
      tags: n % 2 === 0 ? { app: 'web' } : {},
    }),
  )
  const readings = events.map((event) => readEntry(JSON.stringify(event), nowMs))
  await insertEvents(
    database.sql,
    readings.flatMap((reading) => (reading.kind === 'event' ? [reading.row] : [])),
  )
  const budget = (id: string, scopeType: string, scopeId: string, usd: string) => ({
    id,
    scopeType,
    scopeId,
    amountNanos: nanosOfUsd(usd),
    period: 'month',
    posture: 'hard',
  })
  await database.db.budget.createMany({
    data: [
      budget('bud_1', 'team', 'team_search', '5000'),
      budget('bud_2', 'team', 'team_platform', '1000'),
      budget('bud_3', 'organisation', 'org_small', '9000'),
      { ...budget('bud_4', 'team', 'team_search', '1'), period: 'day' },
    ],
  })
})
afterAll(async () => {
  await database.close()
  await service.drop()
})

const context = () => ({ sql: database.sql, clock: { nowMs: () => nowMs } })
const read = (query: object = {}, month: string = '2026-11', actor: Actor = bootstrap) =>
  readShowback(context(), actor, month, showbackQuery.parse(query))
const costOf = (isMeant: (event: UsageEvent) => boolean) =>
  events.filter(isMeant).reduce((sum, { costNanos }) => sum + BigInt(costNanos), 0n)
const november = Date.UTC(2026, 10, 1)
const october = Date.UTC(2026, 9, 1)
const sameMoment = october + (Date.UTC(2026, 10, 18, 15) - november)

describe('showback', () => {
  test.each([...namedDimensions, 'tag:app', 'team,model'])(
    'by %s has rows that add up to the totals, and to the ledger',
    async (group_by) => {
      const report = await read({ group_by })
      const sum = report.data.reduce((total, row) => total + nanosOfUsd(row.costUsd), 0n)
      expect(usdOfNanos(sum)).toBe(report.totals.costUsd)
      expect(sum).toBe(costOf(({ at }) => at >= november))
      const last = report.data.reduce((total, row) => total + nanosOfUsd(row.lastMonthUsd), 0n)
      expect(usdOfNanos(last)).toBe(report.totals.lastMonthUsd)
      expect(last).toBe(costOf(({ at }) => at >= october && at < sameMoment))
      expect(nanosOfUsd(report.totals.lastMonthWholeUsd)).toBe(costOf(({ at }) => at >= october && at < november))
    },
  )

  test('has days that add up to the month, beside those of the month before', async () => {
    const { days, totals } = await read()
    expect(days).toHaveLength(18)
    expect(usdOfNanos(days.reduce((sum, day) => sum + nanosOfUsd(day.costUsd), 0n))).toBe(totals.costUsd)
    expect(nanosOfUsd(days[0]!.lastMonthUsd!)).toBe(costOf(({ at }) => at >= october && at < october + 24 * hour))
  })

  test('has ten weeks a row, the last one that of now', async () => {
    const { data, totals } = await read({ group_by: 'team' })
    const thisWeek = costOf(({ at }) => at >= Date.UTC(2026, 10, 16))
    expect(totals.weeksUsd).toHaveLength(10)
    expect(nanosOfUsd(totals.weeksUsd[9]!)).toBe(thisWeek)
    expect(data.reduce((sum, row) => sum + nanosOfUsd(row.weeksUsd[9]!), 0n)).toBe(thisWeek)
  })

  test('sets the monthly budget beside what was spent, and the organisation’s beside the total', async () => {
    const { data, totals } = await read({ group_by: 'team' })
    const search = data.find((row) => row.team?.id === 'team_search')!
    const spent = costOf(({ at, teamId }) => at >= november && teamId === 'team_search')
    expect(search).toMatchObject({
      team: { name: 'Search' },
      budgetUsd: '5000',
      leftUsd: usdOfNanos(nanosOfUsd('5000') - spent),
    })
    expect(search.usedPercent).toBe(Number((spent * 1000n) / nanosOfUsd('5000')) / 10)
    expect(totals.budgetUsd).toBe('9000')
  })

  test('gives a cost centre what its teams have, and nothing to what nobody owns', async () => {
    const { data } = await read()
    expect(Object.fromEntries(data.map((row) => [row.cost_centre!.id ?? 'none', row.budgetUsd]))).toEqual({
      '4210': '5000',
      '1000': '1000',
      none: null,
    })
  })

  test('sets no budget beside a part of what it is for', async () => {
    const filtered = await read({ group_by: 'team', filter: { model: ['gpt-4o'] } })
    expect(filtered.data.every((row) => row.budgetUsd === null)).toBe(true)
    expect(filtered.totals.budgetUsd).toBeNull()
    expect((await read({ group_by: 'team,model' })).data.every((row) => row.budgetUsd === null)).toBe(true)
  })

  test('shows a lead the own team alone, its budget as the total’s', async () => {
    const { data, totals } = await read({ group_by: 'team' }, '2026-11', tess)
    expect(data.map((row) => row.team?.id)).toEqual(['team_search'])
    expect(totals.budgetUsd).toBe('5000')
  })

  test('of a month that has ended is whole; of one to come it is empty', async () => {
    const ended = await read({}, '2026-10')
    expect(ended).toMatchObject({
      state: 'ended',
      asOf: '2026-11-01T00:00:00.000Z',
      comparedWith: { month: '2026-09' },
    })
    expect(nanosOfUsd(ended.totals.costUsd)).toBe(costOf(({ at }) => at >= october && at < november))
    expect((await read({}, '2027-01')).data).toEqual([])
  })

  test.each(['2026-13', '2026-1', 'november', '1999-01', `2026-11'; --`])('knows no month "%s"', (month) => {
    expect(monthParam.safeParse(month).success).toBe(false)
  })
})

describe('the export', () => {
  test('has the same rows, to the nano', async () => {
    const query = showbackQuery.parse({ group_by: 'team,model' })
    const table = await showbackTable(context(), bootstrap, '2026-11', query)
    expect(table.columns.slice(0, 6)).toEqual(['month', 'team_id', 'team', 'model_id', 'model', 'cost_usd'])
    let sum = 0n
    for await (const line of table.rows) sum += nanosOfUsd(String(line[5]))
    expect(usdOfNanos(sum)).toBe((await read()).totals.costUsd)
  })
})

describe('the months to choose from', () => {
  test('are those with spending, and the present one', async () => {
    const { data } = await listShowbackMonths(context(), bootstrap)
    expect(data.map(({ month, state }) => [month, state])).toEqual([
      ['2026-11', 'open'],
      ['2026-10', 'ended'],
    ])
    expect(nanosOfUsd(data[1]!.costUsd)).toBe(costOf(({ at }) => at >= october && at < november))
    const nobody: Actor = { ...bootstrap, roles: new Set(), leadOf: [] }
    expect((await listShowbackMonths(context(), nobody)).data).toEqual([
      { month: '2026-11', state: 'open', costUsd: '0' },
    ])
  })
})

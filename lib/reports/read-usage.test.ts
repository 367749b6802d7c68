/** Reports add up: whatever the grouping, the rows are the totals, and the totals are the ledger. Real PostgreSQL. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { insertEvents } from '#lib/ledger/store.ts'
import { AppError } from '#lib/platform/errors.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { namedDimensions, usageQuery, type UsageReport } from '#lib/reports/contract.ts'
import { costCell, readUsage, usageTable } from '#lib/reports/read-usage.ts'
import { unpricedCall } from '#lib/reports/usage-store.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { anEvent } from '#lib/testing/usage-events.ts'
import type { Actor } from '#lib/identity/contract.ts'

const nowMs = Date.UTC(2026, 10, 21, 12, 30)
const hour = 3_600_000

let service: TestDatabase
let database: Database
let events: UsageEvent[]
const actors: Partial<Record<'Ada' | 'Dana' | 'Tess' | 'Finn' | 'Cole', Actor>> = {}

beforeAll(async () => {
  service = await freshDatabase()
  database = openDatabase(service.url)
  await createSmallCompany(database.db)
  for (const name of ['Ada', 'Dana', 'Tess', 'Finn', 'Cole'] as const)
    actors[name] = await actorNamed(database.db, name)
  events = Array.from({ length: 400 }, (_, n) =>
    anEvent({
      at: nowMs - n * 0.7 * hour,
      keyId: `key_${n % 7}`,
      keyKind: n % 7 === 6 ? 'agent' : 'personal',
      userId: [null, 'user_dana', 'user_tess', 'user_cole'][n % 4]!,
      teamId: n % 5 === 0 ? 'team_platform' : 'team_search',
      costCentre: n % 5 === 0 ? '1000' : n % 3 === 0 ? null : '4210',
      businessUnitId: 'bu_logistics',
      projectId: n % 3 === 0 ? 'proj_ranking' : null,
      model: ['gpt-4o', 'gpt-4o-mini', 'claude'][n % 3]!,
      outcome: n % 11 === 0 ? 'refused' : n % 13 === 0 ? 'failed' : 'served',
      costNanos: n % 11 === 0 ? '0' : String(n * 1_234_567 + 1),
      tokens: n % 11 === 0 ? {} : { input: n, cached_read: n % 5, output: n % 17 },
      estimated: n % 29 === 0 || n % 19 === 0,
      estimatedWhy: n % 19 === 0 && n % 38 !== 0 ? 'no price for output' : null,
      priceVersion: n % 38 === 0 ? null : 'price_one',
      tags: n % 2 === 0 ? { app: `app-${n % 3}` } : {},
    }),
  )
  const rows = events
    .map((event) => readEntry(JSON.stringify(event), nowMs))
    .flatMap((reading) => (reading.kind === 'event' ? [reading.row] : []))
  await insertEvents(database.sql, rows)
})
afterAll(async () => {
  await database.close()
  await service.drop()
})

const ask = (query: Record<string, unknown> = {}, actor: Actor = bootstrap): Promise<UsageReport> =>
  readUsage({ sql: database.sql, clock: { nowMs: () => nowMs } }, actor, usageQuery.parse(query))

const costOf = (chosen: readonly UsageEvent[]) => chosen.reduce((sum, event) => sum + BigInt(event.costNanos), 0n)
const costOfRows = ({ data }: UsageReport) => data.reduce((sum, row) => sum + nanosOfUsd(row.costUsd), 0n)
const within = (fromMs: number, toMs: number) => events.filter(({ at }) => at >= fromMs && at < toMs)

/** Those that used something without a price, in whole (every 38th) or in part. */
const unpricedIn = (chosen: readonly UsageEvent[]) =>
  chosen.filter(
    ({ outcome, priceVersion, tokens, estimatedWhy }) =>
      outcome !== 'refused' &&
      ((priceVersion === null && Object.keys(tokens).length > 0) || estimatedWhy === 'no price for output'),
  ).length

describe('usage', () => {
  test.each<Record<string, unknown>>([
    {},
    { group_by: 'model' },
    { group_by: 'kind,team', granularity: 'day' },
    { group_by: 'tag:app', sort: '-unpricedCalls' },
  ])('tells calls apart that are not priced, whatever the grouping: %o', async (query) => {
    const report = await ask({ from: '2026-11-01', to: '2026-11-22', ...query })
    const expected = unpricedIn(within(Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 22)))
    expect(expected).toBeGreaterThan(10)
    expect(report.totals.unpricedCalls).toBe(expected)
    expect(report.data.reduce((sum, row) => sum + row.unpricedCalls, 0)).toBe(expected)
  })

  test('counts what is not priced as far as the reader sees it, and within filters', async () => {
    const own = await ask({ filter: { model: ['gpt-4o'] } }, actors.Dana)
    expect(own.totals.unpricedCalls).toBe(
      unpricedIn(
        within(nowMs - 30 * 24 * hour, nowMs + hour).filter(
          ({ userId, model, teamId }) =>
            model === 'gpt-4o' && (userId === 'user_dana' || (userId === null && teamId === 'team_search')),
        ),
      ),
    )
  })

  test('finds the calls that are not priced by their index, not by a scan of the ledger', async () => {
    const { rows } = await database.sql.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT count(*) FROM usage_event WHERE ${unpricedCall} AND key_id IS NOT NULL AND at >= $1`,
      [new Date(nowMs - 20 * 24 * hour)],
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/usage_event_\d{4}_\d\d_at_idx/)
  })

  test('by no dimension is one row, and equals the ledger to the nano', async () => {
    const report = await ask()
    expect(report).toMatchObject({
      from: '2026-10-22T12:00:00.000Z',
      to: '2026-11-21T13:00:00.000Z',
      granularity: null,
      nextCursor: null,
    })
    expect(report.data).toHaveLength(1)
    expect(nanosOfUsd(report.totals.costUsd)).toBe(costOf(events))
    expect(report.totals.calls).toBe(events.filter(({ outcome }) => outcome !== 'refused').length)
    expect(report.totals.refused).toBe(events.filter(({ outcome }) => outcome === 'refused').length)
    expect(report.totals.estimatedCalls).toBe(
      events.filter(({ outcome, estimated }) => outcome !== 'refused' && estimated).length,
    )
  })

  test.each([...namedDimensions, 'tag:app'])('by %s has rows that add up to the totals', async (dimension) => {
    const report = await ask({ group_by: dimension })
    expect(costOfRows(report)).toBe(costOf(events))
    expect(nanosOfUsd(report.totals.costUsd)).toBe(costOf(events))
    expect(report.data.reduce((sum, row) => sum + row.calls, 0)).toBe(report.totals.calls)
    expect(report.data.reduce((sum, row) => sum + row.inputTokens, 0)).toBe(report.totals.inputTokens)
    expect(new Set(report.data.map((row) => JSON.stringify(row[dimension as 'team']))).size).toBe(report.data.length)
  })

  test('names what it counts, and says null for what is not assigned', async () => {
    const { data } = await ask({ group_by: 'team,user,cost_centre,tag:app' })
    expect(data.map((row) => row.team)).toContainEqual({ id: 'team_search', name: 'Search' })
    expect(data.map((row) => row.user)).toContainEqual({ id: 'user_dana', name: 'Dana' })
    expect(data.map((row) => row.user)).toContainEqual({ id: null, name: null })
    expect(data.map((row) => row.cost_centre)).toContainEqual({ id: '4210', name: 'Search' })
    expect(data.map((row) => row['tag:app'])).toContainEqual({ id: 'app-2', name: 'app-2' })
  })

  test('of any range of hours equals the events of the widened range', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 200 }), async (hoursAgo, length) => {
        const fromMs = nowMs - hoursAgo * hour
        const report = await ask({
          from: new Date(fromMs).toISOString(),
          to: new Date(fromMs + length * hour).toISOString(),
        })
        expect(nanosOfUsd(report.totals.costUsd)).toBe(costOf(within(Date.parse(report.from), Date.parse(report.to))))
      }),
      { numRuns: 25 },
    )
  })

  test.each(['hour', 'day', 'month'] as const)('by the %s has one row a start, in order', async (granularity) => {
    const report = await ask({ granularity, from: '2026-11-15', to: '2026-11-21T12:30:00Z' })
    const starts = report.data.map((row) => row.start!)
    expect(starts).toEqual(starts.toSorted())
    expect(new Set(starts).size).toBe(starts.length)
    expect(costOfRows(report)).toBe(costOf(within(Date.parse(report.from), Date.parse(report.to))))
  })

  test('is filtered by values, by several, and by none', async () => {
    const one = await ask({ filter: { model: ['gpt-4o'], team: ['team_search', 'team_platform'] } })
    expect(nanosOfUsd(one.totals.costUsd)).toBe(costOf(events.filter(({ model }) => model === 'gpt-4o')))
    const none = await ask({ filter: { cost_centre: ['none'], 'tag:app': ['app-0', 'none'] } })
    const expected = events.filter(({ costCentre, tags }) => costCentre === null && (tags.app ?? 'app-0') === 'app-0')
    expect(nanosOfUsd(none.totals.costUsd)).toBe(costOf(expected))
  })

  test('takes hostile values for what they are: values', async () => {
    const report = await ask({
      group_by: `tag:app')--`,
      filter: { team: [`x'; DROP TABLE usage_daily; --`], 'tag:$1': ['%'] },
    })
    expect(report.data).toEqual([])
    expect(report.totals.costUsd).toBe('0')
  })

  test('comes page by page, every row once, totals of the whole on each page', async () => {
    const whole = await ask({ group_by: 'key,model', granularity: 'day' })
    const pages: UsageReport[] = []
    let cursor: string | undefined
    do {
      const page = await ask({ group_by: 'key,model', granularity: 'day', limit: '7', ...(cursor ? { cursor } : {}) })
      expect(page.totals).toEqual(whole.totals)
      pages.push(page)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(pages.flatMap(({ data }) => data)).toEqual(whole.data)
  })

  test.each(['-calls', 'inputTokens', '-costUsd'])('is sorted by %s', async (sort) => {
    const { data } = await ask({ group_by: 'key,user', sort })
    const name = sort.replace('-', '') as 'calls' | 'costUsd'
    const values = data.map((row) => Number(row[name]))
    const sorted = values.toSorted((a, b) => (sort.startsWith('-') ? b - a : a - b))
    expect(values).toEqual(sorted)
  })

  test.each([
    [{ group_by: 'colour' }, 'dimension'],
    [{ group_by: 'key,user,team,project,model,provider,kind' }, '6 dimensions'],
    [{ granularity: 'week' }, 'hour, day or month'],
    [{ from: 'yesterday' }, 'RFC 3339'],
    [{ filter: { colour: ['red'] } }, 'no such filter'],
    [{ sort: 'name' }, 'Sort by'],
    [{ limit: '0' }, 'at least 1'],
    [{ extra: '1' }, 'extra'],
  ])('refuses %o', (query, words) => {
    const parsed = usageQuery.safeParse(query)
    expect(parsed.success).toBe(false)
    expect(JSON.stringify(parsed.error)).toContain(words)
  })

  test('refuses a cursor of another question', async () => {
    const { nextCursor } = await ask({ group_by: 'key', limit: '2' })
    await expect(ask({ group_by: 'model', limit: '2', cursor: nextCursor })).rejects.toBeInstanceOf(AppError)
    await expect(ask({ group_by: 'key', cursor: 'nonsense' })).rejects.toBeInstanceOf(AppError)
  })
})

describe('whose usage one sees', () => {
  const seenBy = async (name: keyof typeof actors) => nanosOfUsd((await ask({}, actors[name]!)).totals.costUsd)
  const search = (event: UsageEvent) => event.teamId === 'team_search'

  test('a developer: own, and what nobody owns in the team', async () => {
    const own = events.filter((event) => event.userId === 'user_dana' || (event.userId === null && search(event)))
    expect(await seenBy('Dana')).toBe(costOf(own))
  })

  test('a lead: the team', async () => {
    expect(await seenBy('Tess')).toBe(costOf(events.filter((event) => event.userId === 'user_tess' || search(event))))
  })

  test('finance and admins: all', async () => {
    expect(await seenBy('Finn')).toBe(costOf(events))
    expect(await seenBy('Ada')).toBe(costOf(events))
  })

  test('somebody without a role or team: nothing', async () => {
    const nobody: Actor = { ...bootstrap, kind: 'user', id: 'user_nobody', roles: new Set() }
    expect((await ask({ group_by: 'team' }, nobody)).data).toEqual([])
  })
})

describe('usage as CSV', () => {
  test('is the whole result, and adds up to the totals', async () => {
    const query = usageQuery.parse({ group_by: 'team,model', granularity: 'day', limit: '5' })
    const table = usageTable({ sql: database.sql, clock: { nowMs: () => nowMs } }, bootstrap, query)
    expect(table.columns).toEqual([
      'start',
      'team_id',
      'team',
      'model_id',
      'model',
      'calls',
      'refused',
      'input_tokens',
      'cached_tokens',
      'output_tokens',
      'cost_usd',
      'estimated_calls',
      'unpriced_calls',
    ])
    let total = 0n
    for await (const line of table.rows) total += nanosOfUsd(String(line[table.columns.indexOf('cost_usd')]))
    expect(total).toBe(costOf(events))
  })

  test('leaves the cost empty where nothing of it is priced, and gives what is known where some is', () => {
    const sums = { calls: 3, refused: 0, inputTokens: 1, cachedTokens: 0, outputTokens: 1, estimatedCalls: 0 }
    expect(costCell({ ...sums, costUsd: '0', unpricedCalls: 2 })).toBeNull()
    expect(costCell({ ...sums, costUsd: '1.5', unpricedCalls: 2 })).toBe('1.5')
    expect(costCell({ ...sums, costUsd: '0', unpricedCalls: 0 })).toBe('0')
  })
})

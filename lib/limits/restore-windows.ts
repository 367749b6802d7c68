/**
 * RESTORE's part of the hour and the day: raises windows to what was used in them, as ledger and stream say. A window that
 * counts more already stays; calls that still run are in neither, and are few.
 *
 * Of keys, people, teams and the like it raises those of whoever used anything, limited or not. Of environments, groups
 * and tags, and of models apart, only those that a limit is set on, which are few. A limit that is younger than its window
 * then counts what was used before it was set.
 */
import type { LimitKind, LimitRule, Scope, ScopeType } from '#lib/limits/contract.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { expiryIndex, limitKey } from '#lib/limits/keys.ts'
import { findNarrowLimits, narrowUse, type NarrowLimits, type NarrowUse } from '#lib/limits/narrow-use-store.ts'
import { costOfCall, noTokens, spanOf, type CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import { countsModel } from '#lib/limits/rules/rules-of-model.ts'
import { fieldOf, isOfScope, readStream, type StreamEvent } from '#lib/limits/seed.ts'
import { bookedAmong, usedByScope, type ScopeUse } from '#lib/limits/spent-store.ts'
import { limitWindow, type Window } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'

type Ports = Pick<Context, 'db' | 'sql' | 'redis' | 'clock'>

const atOnce = 1_000
const limitedScopes = ['key', 'user', 'team', 'project', 'workload', 'business_unit', 'organisation'] as const

/** A record in Redis, what it counts at least, and when its window ends. */
type Raised = readonly [record: string, amount: number, endMs: number]
type Moment = { readonly organisationId: string; readonly hour: Window; readonly day: Window }

export async function restoreWindows(ports: Ports): Promise<number> {
  const { db, sql, redis, clock } = ports
  const organisation = await db.organisation.findFirst({ select: { id: true, timeZone: true } })
  if (!organisation) return 0
  const windowOf = (kind: LimitKind) => limitWindow(kind, organisation.timeZone, clock.nowMs())
  const moment = { organisationId: organisation.id, hour: windowOf('rph'), day: windowOf('rpd') }
  const inStream = (await readStream(redis, '+')).filter(isCall)
  // Gateways that tell again what they know put into the stream what may be booked.
  const ids = inStream.map(({ id }) => id)
  const booked = await bookedAmong(sql, ids, moment.day.startMs)
  const travelling = inStream.filter(({ id }) => !booked.has(id))
  let count = 0
  const raise = async (windows: readonly Raised[]) => {
    for (let i = 0; i < windows.length; i += atOnce) {
      await callFunction(redis, 'gatehouse_raise_windows', [expiryIndex], windows.slice(i, i + atOnce).flat())
    }
    count += windows.length
  }
  for (const type of limitedScopes) await raise(await windowsOfScopes(ports, type, travelling, moment))
  await raise(await windowsOfLimits(ports, travelling, moment))
  return count
}

// ── Whoever used anything ───────────────────────────────────────────────────────────────────────

async function windowsOfScopes(
  { sql }: Ports,
  type: (typeof limitedScopes)[number],
  travelling: readonly StreamEvent[],
  moment: Moment,
): Promise<Raised[]> {
  const { organisationId, hour, day } = moment
  const used = await usedByScope(sql, type, organisationId, hour, day)
  for (const id of scopesOf(travelling, type, organisationId)) used.set(id, used.get(id) ?? nothing)
  return [...used].flatMap(([id, booked]) => {
    const scope: Scope = { type, id, name: '' }
    const use = [booked, ...travelling.filter((event) => isOfScope(event, scope)).map((one) => useOf(one, moment))]
    return dayKinds.flatMap((kind) => raised({ scope, kind }, use, moment))
  })
}

function scopesOf(events: readonly StreamEvent[], type: ScopeType, organisationId: string): Set<string> {
  const field = fieldOf[type]
  const ids = events.map((event) => (field === undefined ? organisationId : event[field]))
  return new Set(ids.filter((id) => typeof id === 'string'))
}

// ── What a limit is set on ──────────────────────────────────────────────────────────────────────

async function windowsOfLimits({ sql }: Ports, travelling: readonly StreamEvent[], moment: Moment): Promise<Raised[]> {
  const rules = (await findNarrowLimits(sql)).flatMap(rulesOf)
  const types = [...new Set(rules.map(({ scope }) => scope.type))]
  const windows: Raised[] = []
  for (const type of types) {
    const ofType = rules.filter(({ scope }) => scope.type === type)
    const ids = [...new Set(ofType.map(({ scope }) => scope.id))]
    const onTheWay = travelling.flatMap((event) =>
      idsIn(event, type, moment.organisationId).map((id): NarrowUse => ({
        id,
        model: modelOf(event),
        ...useOf(event, moment),
      })),
    )
    const used = [...(await narrowUse(sql, { type, ids, ...moment })), ...onTheWay]
    for (const rule of ofType) {
      const ofRule = used.filter(({ id, model }) => id === rule.scope.id && isOfModel(rule, model))
      windows.push(...raised(rule, ofRule, moment))
    }
  }
  return windows
}

type Rule = Pick<LimitRule, 'kind' | 'models'> & {
  readonly scope: { readonly type: NarrowLimits['type']; readonly id: string; readonly name: '' }
}

/** Of the hour and the day; not those that every scope of the type has restored already. */
function rulesOf({ type, id, limits: { models = {}, ...limits } }: NarrowLimits): Rule[] {
  const scope = { type, id, name: '' } as const
  const isKnown = (limitedScopes as readonly string[]).includes(type)
  const ofAll = isKnown ? [] : dayKinds.flatMap((kind) => (limits[kind] == null ? [] : [{ scope, kind }]))
  const ofModels = Object.entries(models).flatMap(([pattern, own]) =>
    dayKinds.flatMap((kind) => (own[kind] == null ? [] : [{ scope, kind, models: pattern }])),
  )
  return [...ofAll, ...ofModels]
}

/** Which scopes of a type a call on its way counted in. */
function idsIn(event: StreamEvent, type: NarrowLimits['type'], organisationId: string): readonly string[] {
  switch (type) {
    case 'organisation':
      return [organisationId]
    case 'environment':
      return [`${String(event.teamId)}:${String(event.environment)}`]
    case 'tag':
      return Object.entries(event.tags ?? {}).map(([name, value]) => `${name}=${String(value)}`)
    case 'group':
      return (event.groups ?? []) as readonly string[]
    default: {
      const id = event[fieldOf[type] ?? '']
      return typeof id === 'string' ? [id] : []
    }
  }
}

const modelOf = ({ model }: StreamEvent): string | null => (typeof model === 'string' ? model : null)

function isOfModel(rule: Rule, model: string | null): boolean {
  return rule.models === undefined || (model !== null && countsModel(rule, model))
}

// ── Both ────────────────────────────────────────────────────────────────────────────────────────

const dayKinds = limitKinds.filter((kind) => ['hour', 'day'].includes(spanOf(kind)))

const nothing: ScopeUse = { callsOfHour: 0, callsOfDay: 0, tokensOfDay: noTokens }

/** The window of a limit as it stands after all of this use; none where nothing was used. */
function raised(
  rule: Pick<LimitRule, 'kind' | 'models' | 'scope'>,
  used: readonly ScopeUse[],
  moment: Moment,
): Raised[] {
  const window = spanOf(rule.kind) === 'hour' ? moment.hour : moment.day
  const amount = used.reduce((sum, use) => sum + amountOf(rule.kind, use), 0)
  return amount > 0 ? [[limitKey({ ...rule, limit: 0 }, window), amount, window.endMs]] : []
}

function amountOf(kind: LimitKind, { callsOfHour, callsOfDay, tokensOfDay }: ScopeUse): number {
  if (kind === 'rph') return callsOfHour
  return kind === 'rpd' ? callsOfDay : costOfCall(kind, tokensOfDay)
}

/** One call on its way. */
function useOf({ at, tokens }: StreamEvent, { hour, day }: Moment): ScopeUse {
  const isIn = ({ startMs, endMs }: Window) => at >= startMs && at < endMs
  return {
    callsOfHour: isIn(hour) ? 1 : 0,
    callsOfDay: isIn(day) ? 1 : 0,
    tokensOfDay: isIn(day) ? tokensOf(tokens) : noTokens,
  }
}

function isCall({ kind, outcome }: StreamEvent): boolean {
  return (kind === undefined || kind === 'call') && outcome !== 'refused'
}

function tokensOf(tokens: unknown): CallTokens {
  const { input = 0, cached_read = 0, output = 0 } = (tokens ?? {}) as Record<string, number>
  return { input: input + cached_read, output }
}

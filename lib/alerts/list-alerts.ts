import type * as z from 'zod'
import {
  alertFacts,
  alertKinds,
  alertLevels,
  alertStates,
  alertSubjectTypes,
  type AlertState,
  type AlertView,
} from '#lib/alerts/contract.ts'
import { countWaiting, findAlerts, type AlertPlace, type AlertRow } from '#lib/alerts/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, knownValues, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'

export const listAlertsQuery = pageQueryOf({
  sorts: ['-level', '-openedAt'],
  filters: ['kind', 'level', 'state', 'subjectType', 'subjectId', 'budgetId', 'owner'],
})

/** The alerts that someone may see, the gravest first; without a filter on state, those that are not over. */
export async function listAlerts(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  query: z.infer<typeof listAlertsQuery>,
): Promise<Page<AlertView>> {
  const { kind, level, state, subjectType, subjectId, budgetId, owner } = query.filter
  const rows = await findAlerts(db, actor, {
    kinds: knownValues('kind', alertKinds, kind),
    levels: knownValues('level', alertLevels, level),
    states: knownValues('state', alertStates, state) ?? notOver,
    subjectTypes: knownValues('subjectType', alertSubjectTypes, subjectType),
    subjectIds: subjectId,
    budgetIds: budgetId,
    owners: owner?.map((id) => (id === 'me' ? actor.id : id)),
    q: query.q || undefined,
    byLevel: query.sort === '-level',
    after: query.cursor === undefined ? null : placeOf(query.cursor, query.sort),
    limit: query.limit + 1,
  })
  return pageOf(rows, query, {
    itemOf: (row) => viewAlert(row, actor),
    positionOf: ({ level, openedAt, id }) => [
      query.sort === '-level' ? alertLevels.indexOf(level) : 0,
      openedAt.getTime(),
      id,
    ],
  })
}

/** How many alerts wait for somebody, of those that the actor may see. Notices do not wait. */
export function countWaitingAlerts({ db }: Pick<Context, 'db'>, actor: Actor): Promise<number> {
  return countWaiting(db, actor)
}

export function viewAlert(row: AlertRow, actor: Actor): AlertView {
  return {
    id: row.id,
    kind: row.kind,
    level: row.level,
    state: stateOf(row),
    subject: { type: row.subjectType, id: row.subjectId, name: row.subjectName },
    threshold: row.threshold === 0 ? null : row.threshold,
    budgetId: row.budgetId,
    facts: alertFacts.parse(row.facts),
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: row.acknowledgedBy,
    mayAcknowledge: stateOf(row) === 'open' && may(actor, 'alert.acknowledge', row),
  }
}

const notOver: readonly AlertState[] = ['open', 'acknowledged']

function stateOf({ closedAt, acknowledgedAt }: AlertRow): AlertState {
  if (closedAt) return 'closed'
  return acknowledgedAt ? 'acknowledged' : 'open'
}

function placeOf(cursor: string, sort: string): AlertPlace {
  const [gravity, openedMs, id] = decodeCursor(cursor, sort, 3)
  // A cursor is the caller's text: one that was tampered with asks from the beginning of time, which is the end.
  const isPlace = typeof gravity === 'number' && gravity in alertLevels && typeof openedMs === 'number'
  return isPlace && Math.abs(openedMs) <= 8.64e12 ? [gravity, openedMs, String(id)] : [0, 0, String(id)]
}

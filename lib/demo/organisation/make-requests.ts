/** What people of the demo have asked for and nobody has decided yet. */
import { found, type Company, type Key, type Person } from '#lib/demo/organisation/company.ts'
import type { NewRequest } from '#lib/requests/file-request.ts'
import type { Raise } from '#lib/requests/contract.ts'

export type Asked = { readonly by: Person; readonly atMs: number; readonly request: NewRequest }

const hourMs = 3_600_000

export function makeRequests({ keys, people }: Company, nowMs: number): Asked[] {
  const personal = keys.filter(
    ({ kind, status, ownerId }) => kind === 'personal' && status === 'active' && ownerId !== null,
  )
  const keyOf = (is: (key: Key) => boolean): Key => found(personal, is)
  const ask = (
    { id, name, team, ownerId }: Key,
    hoursAgo: number,
    what: NewRequest['what'],
    approver: NewRequest['approver'],
    raise: Raise,
    reason: string,
    untilMs: number | null,
  ): Asked => {
    const request = {
      what,
      approver,
      reason,
      untilMs,
      teamId: team.id,
      key: { id, name },
      wish: { raise },
      decided: null,
    }
    return { by: found(people, (one) => one.id === ownerId), atMs: nowMs - hoursAgo * hourMs, request }
  }
  const inTwoWeeksMs = nowMs + 14 * 24 * hourMs
  return [
    ask(
      keyOf(({ isRestricted }) => isRestricted),
      26,
      'model',
      'admin',
      { models: ['claude-opus-4-5'] },
      'The migration of the routing rules needs a model that keeps the whole file in mind; two weeks will do.',
      inTwoWeeksMs,
    ),
    ask(
      keyOf(({ team, isRestricted }) => team.name === 'Search' && !isRestricted),
      5,
      'budget',
      'team_lead',
      { budgetUsd: '120' },
      'Evaluating rerankers on the full catalogue this sprint.',
      inTwoWeeksMs,
    ),
    ask(
      keyOf(({ team, isRestricted }) => team.name === 'Platform' && !isRestricted),
      2,
      'limit',
      'team_lead',
      { limits: { rpm: 2_400 } },
      'Load test of the incident assistant on Thursday.',
      nowMs + 5 * 24 * hourMs,
    ),
  ]
}

import { describe, expect, test } from 'vitest'
import { budgetTree } from '#components/budgets/budget-tree.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'

function aBudget(type: BudgetView['scope']['type'], name: string, period: BudgetView['period'] = 'month'): BudgetView {
  return {
    id: `bud_${name}_${period}`,
    scope: { type, id: name, name },
    parent: null,
    amountUsd: '1',
    period,
    posture: 'hard',
    enforceAtPercent: 110,
    timeZone: 'UTC',
    thresholds: [],
    perMember: false,
    spentUsd: '0',
    heldUsd: '0',
    startsAt: null,
    resetsAt: null,
    createdAt: '2026-11-01T00:00:00.000Z',
  }
}

const teams = [
  { id: 'search', name: 'search', businessUnit: { id: 'logistics' } },
  { id: 'fleet', name: 'fleet', businessUnit: { id: 'logistics' } },
  { id: 'legal', name: 'legal', businessUnit: null },
]
const words = (rows: ReturnType<typeof budgetTree>) =>
  rows.map(({ budget, depth }) => `${depth} ${budget.scope.name}${budget.period === 'day' ? ' a day' : ''}`)

describe('the tree of budgets', () => {
  const budgets = [
    aBudget('tag', 'customer=Acme'),
    aBudget('group', 'sre'),
    aBudget('user', 'dana'),
    aBudget('team', 'search'),
    aBudget('team', 'search', 'day'),
    aBudget('team', 'legal'),
    aBudget('team', 'fleet'),
    aBudget('business_unit', 'logistics'),
    aBudget('organisation', 'fernhill'),
  ]

  test('has the organisation, then each unit with its teams, then the rest', () => {
    expect(words(budgetTree(budgets, teams, null))).toEqual([
      '0 fernhill',
      '1 logistics',
      '2 fleet',
      '2 search',
      '2 search a day',
      '1 legal',
      '1 dana',
      '1 sre',
      '1 customer=Acme',
    ])
  })

  test('opens one team, environments before projects, workloads and keys, once', () => {
    const inside = [
      aBudget('key', 'ranker'),
      aBudget('workload', 'agent'),
      aBudget('project', 'ranking'),
      aBudget('environment', 'live'),
    ]
    const rows = words(budgetTree(budgets, teams, { teamId: 'search', inside }))
    expect(rows.slice(3, 9)).toEqual(['2 search', '2 search a day', '3 live', '3 ranking', '3 agent', '3 ranker'])
    expect(rows).toHaveLength(13)
  })

  test('without units still has every team', () => {
    expect(words(budgetTree([aBudget('team', 'search')], teams, null))).toEqual(['1 search'])
  })
})

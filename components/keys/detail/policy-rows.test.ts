import { describe, expect, test } from 'vitest'
import { policyColumns, policyRows } from '#components/keys/detail/policy-rows.ts'
import type { EffectivePolicy } from '#lib/keys/get-effective-policy.ts'

const scope = (type: 'key' | 'team', id: string) => ({ type, id, name: id })

const byProfile = { layer: 'profile', id: 'prof_1', name: 'Production' }

const policy: EffectivePolicy = {
  key: { id: 'key_1', name: 'ranker' },
  profile: { id: 'prof_1', name: 'Production', version: 3 },
  limits: [
    {
      kind: 'rpm',
      limit: 300,
      setBy: { layer: 'profile', id: 'prof_1', name: 'Production' },
      used: 150,
      resetsAt: null,
      values: [
        { layer: 'team', scope: scope('team', 'team_1'), name: 'Search', value: 4000 },
        { layer: 'profile', scope: null, name: 'Production', value: 300 },
        { layer: 'key', scope: scope('key', 'key_1'), name: 'ranker', value: null },
      ],
    },
  ],
  modelLimits: [],
  budgets: (['key', 'team'] as const).map((type) => ({
    id: `bud_${type}`,
    period: 'month' as const,
    posture: 'hard' as const,
    amountUsd: type === 'key' ? '600' : '6000',
    usedUsd: type === 'key' ? '412.18' : '5900',
    heldUsd: '0',
    remainingUsd: type === 'key' ? '187.82' : '100',
    enforcedAtUsd: '600',
    startsAt: null,
    resetsAt: null,
    timeZone: 'UTC',
    scope: scope(type, `${type}_1`),
    source: { layer: type, id: `${type}_1`, name: type },
  })),
  models: {
    rules: [
      { layer: 'profile', name: 'Production', allow: ['*'], deny: [] },
      { layer: 'key', name: 'ranker', allow: ['gpt-4o', 'gpt-4o-mini', 'o3'], deny: [] },
    ],
    allowed: ['gpt-4o', 'gpt-4o-mini', 'o3'],
  },
  providers: {
    rules: [{ layer: 'profile', name: 'Production', allow: ['*'], deny: [] }],
    allowed: ['openai', 'anthropic'],
  },
  regions: { rules: [{ layer: 'profile', name: 'Production', allow: ['eu'], deny: [] }], allowed: ['eu'] },
  endpoints: { rules: [{ layer: 'profile', name: 'Production', allow: ['chat'], deny: [] }], allowed: ['chat'] },
  addresses: [],
  environments: [],
  priceCeiling: { setBy: byProfile, inputUsdPerMillion: null, outputUsdPerMillion: null },
  pinnedOnly: { setBy: byProfile, value: false },
  expiresAt: null,
  expiresAtSetBy: null,
  defaultOutputTokens: 4096,
  degradedMode: 'closed',
  storedState: 'allow',
  audit: 'metadata',
  overrides: [],
}

const row = (id: string) => policyRows(policy).find((each) => each.id === id)

describe('the policy in force', () => {
  test('marks the layer that a limit comes from, and says how much of it is in use', () => {
    expect(row('rpm')).toMatchObject({
      cells: { team: '4,000', profile: '300' },
      winner: 'profile',
      used: '150',
      share: 0.5,
    })
  })

  test('marks the key where it follows the default of its profile, since that is the value in force', () => {
    const [limit] = policy.limits
    const values = limit!.values.map((each) => ({ ...each, value: each.layer === 'key' ? 60 : each.value }))
    const rows = policyRows({ ...policy, limits: [{ ...limit!, limit: 60, values }] })
    expect(rows.find(({ id }) => id === 'rpm')).toMatchObject({ winner: 'key', cells: { profile: '300', key: '60' } })
  })

  test('shows the default of the profile where that is in force, not the maximum it would allow', () => {
    const [limit] = policy.limits
    const rows = policyRows({ ...policy, limits: [{ ...limit!, limit: 120 }] })
    expect(rows.find(({ id }) => id === 'rpm')).toMatchObject({ winner: 'profile', cells: { profile: '120' } })
  })

  test('has a row for a limit of some models, whichever layers set one', () => {
    const of = (type: 'key' | 'team', limit: number, used: number) => ({
      kind: 'rpd' as const,
      models: 'claude-*',
      limit,
      used,
      remaining: limit - used,
      resetsAt: null,
      scope: scope(type, type),
      source: { layer: type, id: type, name: type },
    })
    const rows = policyRows({ ...policy, modelLimits: [of('key', 50, 5), of('team', 20, 10)] })
    expect(rows.find(({ id }) => id === 'rpd claude-*')).toMatchObject({
      name: 'Requests a day, claude-*',
      cells: { key: '50', team: '20' },
      winner: 'team',
      used: '10',
      share: 0.5,
    })
  })

  test('marks the budget that ends first, which need not be the smallest', () => {
    expect(row('budget month')).toMatchObject({
      cells: { key: '$600', team: '$6,000' },
      winner: 'team',
      used: '$5,900.00',
    })
  })

  test('counts models where the key was narrowed to some, and names regions where they are few', () => {
    expect(row('models')).toMatchObject({ cells: { profile: 'all', key: '3' }, winner: 'key' })
    expect(row('regions')).toMatchObject({ cells: { profile: 'eu' }, winner: 'profile' })
  })

  test('has a column for each layer that a key always has, and for those that say something', () => {
    const columns = policyColumns(policy, policyRows(policy), { team: 'Search', project: null })
    expect(columns.map(({ id }) => id)).toEqual(['organisation', 'team', 'profile', 'key'])
    const withProject = policyColumns(policy, policyRows(policy), { team: 'Search', project: 'Ranking' })
    expect(withProject.map(({ title, name }) => [title, name])).toContainEqual(['Project', 'Ranking'])
  })
})

import { describe, expect, test } from 'vitest'
import {
  beyondOf,
  emptyDraft,
  isAskable,
  mistakesOf,
  modelsOf,
  modelsWithin,
  placesFor,
  requestOf,
  tagsOf,
  withProfile,
} from '#components/keys/new-key/draft.ts'
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'

const nowMs = Date.UTC(2026, 10, 21)

const experiment: ProfileChoice = {
  id: 'prof_1',
  name: 'Experiment',
  description: '',
  kinds: ['personal', 'agent'],
  askableKinds: [],
  modelsIn: {},
  askableModels: [],
  limits: { rpm: { default: 60, maximum: 150 }, tpm: { default: 100_000, maximum: null } },
  budget: { default: { amountUsd: '50', period: 'month', posture: 'hard' }, maximumUsd: '80' },
  lifetimeDays: { default: 45, maximum: 90 },
  approver: 'nobody',
  issuesFirstKey: true,
  models: [
    { name: 'gpt-4o-mini', endpoints: ['chat'], inputUsd: '0.15', outputUsd: '0.6' },
    { name: 'gpt-4o', endpoints: ['chat'], inputUsd: '2.5', outputUsd: '10' },
  ],
}

const options: NewKeyOptions = {
  nowMs,
  profiles: [experiment],
  teams: [
    { id: 'team_search', name: 'Search', isMember: true },
    { id: 'team_mobile', name: 'Mobile', isMember: false },
  ],
  projects: [{ id: 'proj_ranking', name: 'Ranking', teamId: 'team_search', environment: 'production' }],
  teamId: 'team_search',
  mayOverride: false,
}

const named = { ...emptyDraft(options), name: ' ranker ' }

describe('a key on its way to being asked for', () => {
  test('needs nothing but a name', () => {
    expect([...mistakesOf(emptyDraft(options)).keys()]).toEqual(['name'])
    expect(mistakesOf(named).size).toBe(0)
    expect(requestOf(named, experiment, options)).toEqual({
      name: 'ranker',
      kind: 'personal',
      environment: 'development',
      teamId: 'team_search',
    })
  })

  test('sends what differs from its profile, and nothing else', () => {
    const draft = { ...named, limits: { rpm: '90', tpm: '' }, amountUsd: '80', days: '30', models: ['gpt-4o'] }
    expect(requestOf(draft, experiment, options)).toMatchObject({
      models: ['gpt-4o'],
      limits: { rpm: 90, tpm: null },
      budget: { amountUsd: '80', period: 'month', posture: 'hard' },
      expiresAt: '2026-12-21T00:00:00.000Z',
    })
  })

  test('brings the team of the project that it belongs to', () => {
    const draft = { ...named, place: 'project:proj_ranking' }
    expect(requestOf(draft, experiment, options)).toMatchObject({ teamId: 'team_search', projectId: 'proj_ranking' })
  })

  test('belongs to a team of one’s own where it is personal', () => {
    const values = (kind: 'personal' | 'agent') => placesFor(options, kind).map(({ value }) => value)
    expect(values('personal')).toEqual(['team:team_search', 'project:proj_ranking'])
    expect(values('agent')).toContain('team:team_mobile')
  })

  test('goes beyond its profile by a figure over a maximum, and by none where there is a maximum', () => {
    expect(beyondOf(named, experiment)).toEqual([])
    const beyond = beyondOf({ ...named, limits: { rpm: '151', tpm: '' }, amountUsd: '80.01', days: '' }, experiment)
    expect(beyond.map(({ field, maximum }) => [field, maximum])).toEqual([
      ['limits.rpm', '150'],
      ['budget.amountUsd', '80'],
      ['expiresAt', '90'],
    ])
  })

  test('keeps what it can under another profile', () => {
    const other = { ...experiment, id: 'prof_2', kinds: ['agent'] as const, models: experiment.models.slice(0, 1) }
    const draft = withProfile({ ...named, models: ['gpt-4o-mini', 'gpt-4o'], amountUsd: '70' }, other)
    expect(draft).toMatchObject({
      profileId: 'prof_2',
      kind: 'agent',
      models: ['gpt-4o-mini'],
      amountUsd: '50',
      name: ' ranker ',
    })
  })

  test('may name what somebody has to say yes to, and says so', () => {
    const asking = { ...experiment, approver: 'team_lead', askableKinds: ['team'], askableModels: ['o3'] } as const
    const draft = { ...named, kind: 'team', models: ['gpt-4o', 'o3'] } as const
    expect(beyondOf(draft, asking).map(({ field, maximum }) => [field, maximum])).toEqual([
      ['kind', 'team'],
      ['models', 'o3'],
    ])
    expect(isAskable(draft, asking)).toBe(true)
  })

  test('has no model that its team or project does not allow', () => {
    const narrowed = { ...experiment, modelsIn: { 'project:proj_ranking': ['gpt-4o'] } }
    const draft = { ...named, place: 'project:proj_ranking', models: ['gpt-4o-mini', 'gpt-4o'] }
    expect(modelsOf(draft, narrowed).map(({ name }) => name)).toEqual(['gpt-4o'])
    expect(modelsWithin(draft, narrowed)).toEqual(['gpt-4o'])
    expect(modelsOf(named, narrowed)).toHaveLength(2)
  })

  test('reads tags by name and value', () => {
    expect(tagsOf('app=ranker, cost = shared\n, empty')).toEqual({ app: 'ranker', cost: 'shared', empty: '' })
  })
})

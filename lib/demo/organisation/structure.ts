/** Fernhill Logistics on paper: units, teams, groups, projects and what calls by itself. Plain facts, no chance. */
import type { Role } from '#lib/identity/contract.ts'
import type { KeyKind } from '#lib/keys/contract.ts'

export const organisationName = 'Fernhill Logistics'

export const businessUnits = ['Product engineering', 'Commercial', 'Corporate'] as const

export type TeamFacts = {
  readonly name: string
  readonly unit: (typeof businessUnits)[number]
  readonly costCentre: string
  /** The group at the identity provider that makes somebody a member. */
  readonly group: string
  /** Who leads it: a persona's first name, or any name. */
  readonly lead: string
  readonly people: number
  readonly monthlyBudgetUsd: number
}

export const teams: readonly TeamFacts[] = [
  {
    name: 'Platform',
    unit: 'Product engineering',
    costCentre: '4110',
    group: 'platform',
    lead: 'Ada Okafor',
    people: 12,
    monthlyBudgetUsd: 2600,
  },
  {
    name: 'Search',
    unit: 'Product engineering',
    costCentre: '4120',
    group: 'eng-search',
    lead: 'Tess Lindqvist',
    people: 15,
    monthlyBudgetUsd: 3300,
  },
  {
    name: 'Data platform',
    unit: 'Product engineering',
    costCentre: '4130',
    group: 'eng-data',
    lead: 'Jonas Meyer',
    people: 14,
    monthlyBudgetUsd: 3900,
  },
  {
    name: 'Payments',
    unit: 'Product engineering',
    costCentre: '4140',
    group: 'eng-payments',
    lead: 'Marta Silva',
    people: 12,
    monthlyBudgetUsd: 1600,
  },
  {
    name: 'Mobile',
    unit: 'Product engineering',
    costCentre: '4150',
    group: 'eng-mobile',
    lead: 'Hana Sato',
    people: 11,
    monthlyBudgetUsd: 700,
  },
  {
    name: 'Route planning',
    unit: 'Product engineering',
    costCentre: '4160',
    group: 'eng-routing',
    lead: 'Emeka Adler',
    people: 13,
    monthlyBudgetUsd: 1700,
  },
  {
    name: 'Support tools',
    unit: 'Commercial',
    costCentre: '4210',
    group: 'support-tools',
    lead: 'Priya Raman',
    people: 13,
    monthlyBudgetUsd: 2900,
  },
  {
    name: 'Growth',
    unit: 'Commercial',
    costCentre: '5100',
    group: 'growth',
    lead: 'Leo Fontaine',
    people: 10,
    monthlyBudgetUsd: 1300,
  },
  {
    name: 'Security',
    unit: 'Corporate',
    costCentre: '4900',
    group: 'security',
    lead: 'Audrey Chen',
    people: 7,
    monthlyBudgetUsd: 1200,
  },
  {
    name: 'Finance operations',
    unit: 'Corporate',
    costCentre: '6100',
    group: 'finance',
    lead: 'Finn Haldane',
    people: 9,
    monthlyBudgetUsd: 500,
  },
]

export type MappingFacts = {
  readonly group: string
  readonly priority: number
  readonly team: string | null
  readonly profile: 'Experiment' | 'Production' | 'Restricted' | null
  readonly roles: readonly Role[]
  readonly isLead: boolean
}

const memberRoles: Partial<Record<string, readonly Role[]>> = { finance: ['finance'], security: ['auditor'] }

export const mappings: readonly MappingFacts[] = [
  { group: 'gatehouse-admins', priority: 100, team: null, profile: null, roles: ['admin'], isLead: false },
  { group: 'contractors', priority: 90, team: 'Mobile', profile: 'Restricted', roles: ['developer'], isLead: false },
  { group: 'team-leads', priority: 80, team: null, profile: null, roles: ['developer'], isLead: true },
  ...teams.map(({ name, group }) => ({
    group,
    priority: 50,
    team: name,
    profile: 'Experiment' as const,
    roles: memberRoles[group] ?? (['developer'] as const),
    isLead: false,
  })),
  { group: 'sre', priority: 40, team: 'Platform', profile: 'Experiment', roles: ['viewer', 'sre'], isLead: false },
  { group: 'viewers', priority: 10, team: null, profile: null, roles: ['viewer'], isLead: false },
]

export type Environment = 'development' | 'staging' | 'production'

export type ProjectFacts = {
  readonly name: string
  readonly team: string
  readonly environment: Environment
  readonly monthlyBudgetUsd: number | null
}

export const projects: readonly ProjectFacts[] = [
  { name: 'Developer tooling', team: 'Platform', environment: 'development', monthlyBudgetUsd: null },
  { name: 'Incident desk', team: 'Platform', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Ranking', team: 'Search', environment: 'production', monthlyBudgetUsd: 1300 },
  { name: 'Ranking evals', team: 'Search', environment: 'staging', monthlyBudgetUsd: null },
  { name: 'Catalogue enrichment', team: 'Search', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Lakehouse copilots', team: 'Data platform', environment: 'production', monthlyBudgetUsd: 3300 },
  { name: 'Warehouse documents', team: 'Data platform', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Dispute handling', team: 'Payments', environment: 'production', monthlyBudgetUsd: 1400 },
  { name: 'Ledger matching', team: 'Payments', environment: 'staging', monthlyBudgetUsd: null },
  { name: 'Driver app', team: 'Mobile', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Dispatch assistant', team: 'Route planning', environment: 'production', monthlyBudgetUsd: 1500 },
  { name: 'Route explanations', team: 'Route planning', environment: 'staging', monthlyBudgetUsd: null },
  { name: 'Customer replies', team: 'Support tools', environment: 'production', monthlyBudgetUsd: 2600 },
  { name: 'Call summaries', team: 'Support tools', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Landing tests', team: 'Growth', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Phishing triage', team: 'Security', environment: 'production', monthlyBudgetUsd: null },
  { name: 'Invoice reading', team: 'Finance operations', environment: 'production', monthlyBudgetUsd: null },
]

/** When calls come: in office hours, round the clock, or in the small hours. */
export type Rhythm = 'office' | 'always' | 'nightly'

export type Habit = {
  /** On an ordinary weekday at the end of the 90 days. */
  readonly callsADay: number
  readonly models: readonly (readonly [model: string, weight: number])[]
  readonly inputTokens: number
  /** Share of the input that comes from a cache. */
  readonly cached: number
  readonly outputTokens: number
  readonly rhythm: Rhythm
  /** Calls at the beginning of the 90 days, as a share of those at the end. */
  readonly from: number
  readonly streams: number
}

const habit = (
  rhythm: Rhythm,
  callsADay: number,
  models: Habit['models'],
  tokens: readonly [input: number, cached: number, output: number],
  from: number = 0.7,
  streams: number = 0.5,
): Habit => ({
  callsADay,
  models,
  inputTokens: tokens[0],
  cached: tokens[1],
  outputTokens: tokens[2],
  rhythm,
  from,
  streams,
})

export type WorkloadFacts = {
  readonly name: string
  readonly kind: Exclude<KeyKind, 'personal' | 'team'>
  readonly project: string
  readonly habit: Habit
  /** A cap that is nearly used up, so that somebody has something to do. */
  readonly isNearCap?: boolean
}

const sonnet = [['claude-sonnet-4-5', 1]] as const
const mini = [['gpt-4o-mini', 1]] as const
const flash = [['gemini-2.5-flash', 1]] as const
const embeds = [['text-embedding-3-small', 1]] as const

export const workloads: readonly WorkloadFacts[] = [
  {
    name: 'code-review-bot',
    kind: 'agent',
    project: 'Developer tooling',
    habit: habit(
      'office',
      110,
      [
        ['claude-sonnet-4-5', 12],
        ['claude-opus-4-1', 1],
      ],
      [108_500, 0.6, 7200],
    ),
  },
  {
    name: 'ci-failure-notes',
    kind: 'ci',
    project: 'Developer tooling',
    habit: habit('always', 17, mini, [9000, 0.2, 600]),
  },
  {
    name: 'runbook-helper',
    kind: 'app',
    project: 'Incident desk',
    habit: habit('always', 20, [['gpt-4o', 1]], [18_000, 0.3, 900], 0.6, 0.9),
  },
  {
    name: 'alert-digest',
    kind: 'service',
    project: 'Incident desk',
    habit: habit('always', 12, flash, [6000, 0, 350]),
  },

  {
    name: 'search-ranker',
    kind: 'service',
    project: 'Ranking',
    habit: habit(
      'always',
      170,
      [
        ['gpt-5', 3],
        ['gpt-5-mini', 2],
      ],
      [65_000, 0.35, 11_700],
      0.45,
      0,
    ),
  },
  {
    name: 'query-rewriter',
    kind: 'service',
    project: 'Ranking',
    habit: habit('always', 20, mini, [2200, 0.4, 180], 0.8, 0),
  },
  {
    name: 'semantic-index',
    kind: 'service',
    project: 'Ranking',
    habit: habit('nightly', 18, embeds, [7600, 0, 0], 0.8, 0),
  },
  {
    name: 'eval-nightly',
    kind: 'ci',
    project: 'Ranking evals',
    habit: habit(
      'nightly',
      90,
      [
        ['gpt-5', 2],
        ['claude-sonnet-4-5', 1],
      ],
      [58_500, 0.5, 14_400],
      0.6,
      0,
    ),
    isNearCap: true,
  },
  {
    name: 'search-notebook',
    kind: 'app',
    project: 'Ranking evals',
    habit: habit(
      'office',
      11,
      [
        ['gpt-4o', 2],
        ['gpt-4o-mini', 1],
      ],
      [13_500, 0.2, 1100],
      0.5,
      0.7,
    ),
  },
  {
    name: 'catalogue-writer',
    kind: 'agent',
    project: 'Catalogue enrichment',
    habit: habit('always', 105, sonnet, [55_500, 0.55, 5800]),
  },

  {
    name: 'sql-copilot',
    kind: 'app',
    project: 'Lakehouse copilots',
    habit: habit(
      'office',
      130,
      [
        ['claude-sonnet-4-5', 3],
        ['gpt-4.1', 2],
      ],
      [89_500, 0.5, 5400],
      0.6,
      0.9,
    ),
  },
  {
    name: 'pipeline-doctor',
    kind: 'agent',
    project: 'Lakehouse copilots',
    habit: habit(
      'always',
      90,
      [
        ['claude-opus-4-1', 1],
        ['claude-sonnet-4-5', 9],
      ],
      [139_500, 0.65, 9400],
    ),
  },
  {
    name: 'schema-notes',
    kind: 'ci',
    project: 'Lakehouse copilots',
    habit: habit('nightly', 13, [['gpt-4.1-mini', 1]], [14_000, 0.3, 1500], 0.7, 0),
  },
  {
    name: 'waybill-reader',
    kind: 'service',
    project: 'Warehouse documents',
    habit: habit(
      'always',
      50,
      [
        ['gemini-2.5-flash', 4],
        ['gpt-4o', 1],
      ],
      [24_000, 0.1, 1400],
      0.75,
      0,
    ),
  },
  {
    name: 'document-index',
    kind: 'service',
    project: 'Warehouse documents',
    habit: habit('nightly', 15, [['text-embedding-3-large', 1]], [7900, 0, 0], 0.8, 0),
  },

  {
    name: 'dispute-drafter',
    kind: 'agent',
    project: 'Dispute handling',
    habit: habit(
      'office',
      110,
      [
        ['claude-sonnet-4-5', 1],
        ['gpt-4o', 1],
      ],
      [80_500, 0.4, 7600],
      0.7,
    ),
  },
  {
    name: 'chargeback-scorer',
    kind: 'service',
    project: 'Dispute handling',
    habit: habit('always', 16, [['gpt-5-mini', 1]], [11_000, 0.2, 1800], 0.7, 0),
  },
  {
    name: 'ledger-matcher',
    kind: 'service',
    project: 'Ledger matching',
    habit: habit('nightly', 21, [['gpt-4.1-mini', 1]], [19_000, 0.2, 2100], 0.9, 0),
  },
  {
    name: 'refund-writer',
    kind: 'agent',
    project: 'Dispute handling',
    habit: habit('office', 17, mini, [5200, 0.1, 700]),
  },

  {
    name: 'driver-chat',
    kind: 'app',
    project: 'Driver app',
    habit: habit(
      'always',
      40,
      [
        ['gpt-4o-mini', 3],
        ['gpt-4o', 1],
      ],
      [7200, 0.4, 420],
      0.6,
      1,
    ),
  },
  {
    name: 'release-notes',
    kind: 'ci',
    project: 'Driver app',
    habit: habit('office', 16, sonnet, [68_000, 0.3, 5800], 0.9, 0),
  },
  {
    name: 'translation-check',
    kind: 'ci',
    project: 'Driver app',
    habit: habit('office', 10, flash, [12_000, 0, 2400], 0.9, 0),
  },

  {
    name: 'dispatch-assistant',
    kind: 'agent',
    project: 'Dispatch assistant',
    habit: habit(
      'always',
      110,
      [
        ['gpt-5', 1],
        ['claude-haiku-4-5', 2],
      ],
      [74_000, 0.6, 8100],
      0.55,
    ),
  },
  {
    name: 'eta-explainer',
    kind: 'app',
    project: 'Route explanations',
    habit: habit('office', 14, [['gpt-4o-mini', 1]], [3600, 0.2, 380], 0.8, 1),
  },
  {
    name: 'depot-planner',
    kind: 'agent',
    project: 'Dispatch assistant',
    habit: habit('office', 52, [['gpt-5', 1]], [43_000, 0.2, 17_500], 0.5, 0),
  },

  {
    name: 'support-triage-agent',
    kind: 'agent',
    project: 'Customer replies',
    habit: habit('always', 200, sonnet, [71_000, 0.5, 6300], 0.4),
  },
  {
    name: 'reply-suggestions',
    kind: 'app',
    project: 'Customer replies',
    habit: habit(
      'office',
      50,
      [
        ['gpt-4o', 1],
        ['gpt-4o-mini', 2],
      ],
      [13_500, 0.3, 700],
      0.7,
      1,
    ),
  },
  {
    name: 'call-summaries',
    kind: 'service',
    project: 'Call summaries',
    habit: habit('office', 25, [['gemini-2.5-flash', 1]], [24_000, 0, 1300], 0.8, 0),
  },
  {
    name: 'knowledge-index',
    kind: 'service',
    project: 'Customer replies',
    habit: habit('nightly', 12, embeds, [7800, 0, 0], 0.9, 0),
  },

  {
    name: 'landing-writer',
    kind: 'agent',
    project: 'Landing tests',
    habit: habit(
      'office',
      72,
      [
        ['claude-opus-4-1', 1],
        ['claude-sonnet-4-5', 3],
      ],
      [34_000, 0.2, 9400],
      0.3,
    ),
    isNearCap: true,
  },
  {
    name: 'lead-scorer',
    kind: 'service',
    project: 'Landing tests',
    habit: habit('always', 12, mini, [2600, 0, 160], 0.8, 0),
  },

  {
    name: 'phish-triage',
    kind: 'agent',
    project: 'Phishing triage',
    habit: habit('always', 60, [['gpt-4.1', 1]], [37_000, 0.2, 3300], 0.8, 0),
  },
  {
    name: 'log-explainer',
    kind: 'app',
    project: 'Phishing triage',
    habit: habit('office', 32, sonnet, [65_000, 0.3, 4200], 0.8, 0.9),
  },

  {
    name: 'invoice-reader',
    kind: 'service',
    project: 'Invoice reading',
    habit: habit(
      'office',
      30,
      [
        ['gemini-2.5-flash', 3],
        ['gpt-4o', 1],
      ],
      [19_500, 0, 1100],
      0.9,
      0,
    ),
  },
]

export type PersonalSort = Habit & { readonly budgetUsd: string }

/** What people do with keys of their own: each row is a sort of person. */
export const personalHabits: readonly (readonly [sort: PersonalSort, weight: number])[] = [
  [
    {
      ...habit(
        'office',
        2,
        [
          ['gpt-4o-mini', 3],
          ['gpt-4o', 1],
        ],
        [4800, 0.1, 500],
        0.6,
        0.8,
      ),
      budgetUsd: '50',
    },
    5,
  ],
  [
    {
      ...habit(
        'office',
        12,
        [
          ['claude-sonnet-4-5', 3],
          ['claude-haiku-4-5', 2],
        ],
        [71_000, 0.7, 4900],
        0.5,
        1,
      ),
      budgetUsd: '100',
    },
    4,
  ],
  [
    {
      ...habit(
        'office',
        18,
        [
          ['claude-sonnet-4-5', 4],
          ['claude-opus-4-5', 1],
          ['gpt-5', 2],
        ],
        [127_000, 0.75, 6700],
        0.4,
        1,
      ),
      budgetUsd: '200',
    },
    2,
  ],
  [
    {
      ...habit(
        'office',
        1.3,
        [
          ['gemini-2.5-flash', 1],
          ['gpt-5-mini', 1],
        ],
        [9000, 0.1, 900],
        0.7,
        0.7,
      ),
      budgetUsd: '50',
    },
    3,
  ],
]

export const teamHabit: Habit = habit(
  'office',
  5.6,
  [
    ['gpt-4o', 1],
    ['gpt-4o-mini', 2],
    ['claude-haiku-4-5', 1],
  ],
  [12_000, 0.2, 800],
  0.8,
  0.6,
)

/** The policy in force as a table: one row a limit, one column a layer, the layer that wins marked. Pure. */
import { limitWords, periodWords } from '#components/keys/key-words.ts'
import { formatBigCount, formatLimitMoney, formatMoney, shareOf, toNanos } from '#components/ui/format.ts'
import type { EffectivePolicy } from '#lib/keys/get-effective-policy.ts'

export type PolicyColumn = { readonly id: string; readonly title: string; readonly name: string | null }

export type PolicyRow = {
  readonly id: string
  readonly name: string
  /** By column; missing where the layer says nothing. */
  readonly cells: Readonly<Record<string, string>>
  /** The column that decides. */
  readonly winner: string | null
  readonly used: string | null
  /** 0 to 1 and above. */
  readonly share: number | null
}

const layers = [
  'organisation',
  'business_unit',
  'team',
  'environment',
  'group',
  'tag',
  'profile',
  'project',
  'workload',
  'user',
  'key',
] as const

const titles: Record<(typeof layers)[number], string> = {
  organisation: 'Organisation',
  business_unit: 'Unit',
  team: 'Team',
  environment: 'Environment',
  group: 'Group',
  tag: 'Tag',
  profile: 'Profile',
  project: 'Project',
  workload: 'Workload',
  user: 'Person',
  key: 'This key',
}

/** Layers that every key has stand there even where they say nothing: it is worth knowing that they do not. */
const always: readonly string[] = ['organisation', 'team', 'profile', 'key']

type Names = { readonly team: string; readonly project: string | null }

export function policyColumns(
  policy: EffectivePolicy,
  rows: readonly PolicyRow[],
  names: Names,
): readonly PolicyColumn[] {
  const spoken = new Set(rows.flatMap(({ cells }) => Object.keys(cells)))
  const nameOf = (layer: string) => {
    if (layer === 'team') return names.team
    if (layer === 'profile') return policy.profile.name
    if (layer === 'project') return names.project
    return null
  }
  return layers
    .filter((layer) => always.includes(layer) || spoken.has(layer) || (layer === 'project' && names.project !== null))
    .map((id) => ({ id, title: titles[id], name: nameOf(id) }))
}

export function policyRows(policy: EffectivePolicy): readonly PolicyRow[] {
  return [
    ...budgetRows(policy),
    ...limitRows(policy),
    ...modelLimitRows(policy),
    catalogueRow(policy, 'models'),
    catalogueRow(policy, 'providers'),
    catalogueRow(policy, 'regions'),
  ]
}

/** One row a period; the least amount of it decides. */
function budgetRows({ budgets }: EffectivePolicy): PolicyRow[] {
  const periods = [...new Set(budgets.map(({ period }) => period))]
  return periods.map((period) => {
    const ofPeriod = budgets.filter((budget) => budget.period === period)
    const least = ofPeriod.toSorted((a, b) => (toNanos(a.remainingUsd) < toNanos(b.remainingUsd) ? -1 : 1))[0]
    return {
      id: `budget ${period}`,
      name: `Spend ${periodWords[period]}`,
      cells: Object.fromEntries(ofPeriod.map(({ scope, amountUsd }) => [scope.type, formatLimitMoney(amountUsd)])),
      winner: least?.scope.type ?? null,
      used: least ? formatMoney(least.usedUsd) : null,
      share: least ? shareOf(least.usedUsd, least.amountUsd) : null,
    }
  })
}

function limitRows({ limits }: EffectivePolicy): PolicyRow[] {
  return limits.map(({ kind, limit, setBy, used, values }) => {
    const winner = winnerOf(limit, values) ?? setBy?.layer ?? null
    const said = values.flatMap(({ layer, value }) => (value === null ? [] : [[layer, formatBigCount(value)] as const]))
    // A profile that gives its default says less than it would allow: what is in force stands in its cell.
    const inForce = winner === null || limit === null ? [] : [[winner, formatBigCount(limit)] as const]
    return {
      id: kind,
      name: limitWords[kind].name,
      cells: Object.fromEntries([...said, ...inForce]),
      winner,
      used: used === null ? null : formatBigCount(used),
      share: used === null || limit === null ? null : used / limit,
    }
  })
}

/** One row a kind and pattern of models; of the layers that limit those, the narrowest decides. */
function modelLimitRows({ modelLimits }: EffectivePolicy): PolicyRow[] {
  const idOf = ({ kind, models }: EffectivePolicy['modelLimits'][number]) => `${kind} ${models}`
  return [...new Set(modelLimits.map(idOf))].map((id) => {
    const narrowFirst = modelLimits.filter((one) => idOf(one) === id).toSorted((a, b) => a.limit - b.limit)
    const { kind, models, limit, used, source } = narrowFirst[0]!
    const byLayer = narrowFirst.toReversed().map((one) => [one.source.layer, formatBigCount(one.limit)] as const)
    return {
      id,
      name: `${limitWords[kind].name}, ${models}`,
      cells: Object.fromEntries(byLayer),
      winner: source.layer,
      used: formatBigCount(used),
      share: used / limit,
    }
  })
}

/** The column that shows the value in force; of two that say the same the one nearer to the key. */
function winnerOf(limit: number | null, values: EffectivePolicy['limits'][number]['values']): string | null {
  return (limit === null ? undefined : values.findLast(({ value }) => value === limit))?.layer ?? null
}

const catalogueNames = { models: 'Models', providers: 'Providers', regions: 'Regions' } as const

/** The last layer that does not simply let everything through decides. */
function catalogueRow(policy: EffectivePolicy, what: keyof typeof catalogueNames): PolicyRow {
  const { rules, allowed } = policy[what]
  const winner = rules.findLast(({ allow, deny }) => !allow.includes('*') || deny.length > 0) ?? rules[0]
  const few = (names: readonly string[]) => (names.length <= 2 ? names.join(', ') : String(names.length))
  return {
    id: what,
    name: catalogueNames[what],
    cells: Object.fromEntries(
      rules.map((rule) => [
        rule.layer,
        rule === winner ? few(allowed) || 'none' : rule.allow.includes('*') ? 'all' : few(rule.allow),
      ]),
    ),
    winner: winner?.layer ?? null,
    used: null,
    share: null,
  }
}

/* What the usage page can be split by, and who is offered what. */
import type { NamedDimension } from '#lib/reports/contract.ts'

export const dimensionLabels = {
  model: 'Model',
  key: 'Key',
  project: 'Project',
  team: 'Team',
  user: 'Person',
  workload: 'Workload',
  cost_centre: 'Cost centre',
  environment: 'Environment',
} as const satisfies Partial<Record<NamedDimension, string>>

export type UsageDimension = keyof typeof dimensionLabels

const ownDimensions: readonly UsageDimension[] = ['model', 'key', 'project', 'environment']
const wideDimensions: readonly UsageDimension[] = [
  'model',
  'key',
  'team',
  'user',
  'workload',
  'cost_centre',
  'environment',
]

/** One's own calls are all of one person and mostly of one team: splitting by those would be one row. */
export function offeredDimensions(isWide: boolean): readonly UsageDimension[] {
  return isWide ? wideDimensions : ownDimensions
}

/** Which of them the address may filter by; the environment has its own switch. */
export const filterDimensions = [
  'model',
  'key',
  'team',
  'user',
  'project',
  'workload',
  'cost_centre',
] as const satisfies readonly UsageDimension[]

export function isUsageDimension(text: string | null): text is UsageDimension {
  return text !== null && Object.hasOwn(dimensionLabels, text)
}

/** What rows without a value are called. */
export const unassignedLabels: Record<UsageDimension, string> = {
  model: 'No model named',
  key: 'No key',
  project: 'No project',
  team: 'No team',
  user: 'Nobody',
  workload: 'No workload',
  cost_centre: 'No cost centre',
  environment: 'No environment',
}

/** The shapes of the demo organisation's rows. */
import type { PersonFacts } from '#lib/demo/organisation/people.ts'
import type { Random } from '#lib/demo/organisation/random.ts'
import type { Habit } from '#lib/demo/organisation/structure.ts'
import type { GroupMapping } from '#lib/identity/rules/map-groups.ts'
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import type { Pepper } from '#lib/platform/crypto.ts'

export const demoDays = 90
export const dayMs = 86_400_000

export type Team = {
  readonly id: string
  readonly name: string
  readonly businessUnitId: string
  readonly costCentre: string
  readonly leadId: string
  readonly monthlyBudgetUsd: number
}

export type Person = PersonFacts & {
  readonly id: string
  readonly roles: readonly string[]
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly memberships: readonly { readonly teamId: string; readonly isLead: boolean }[]
  readonly createdMs: number
}

export type Project = {
  readonly id: string
  readonly name: string
  readonly teamId: string
  readonly environment: string
  readonly monthlyBudgetUsd: number | null
}

export type Workload = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly teamId: string
  readonly projectId: string
  readonly ownerId: string
  readonly environment: string
  readonly status: string
}

export type Key = {
  readonly id: string
  readonly name: string
  readonly kind: KeyKind
  readonly status: KeyStatus
  readonly statusReason: string | null
  readonly endedMs: number | null
  readonly ownerId: string | null
  readonly team: Team
  readonly project: Project | null
  readonly workloadId: string | null
  readonly profileId: string
  readonly environment: string
  readonly createdBy: string
  readonly createdMs: number
  readonly expiresMs: number | null
  readonly tags: Readonly<Record<string, string>>
  /** The owner's. */
  readonly groups: readonly string[]
  readonly secrets: readonly {
    readonly id: string
    readonly digest: Buffer
    readonly pepperId: string
    readonly last4: string
    readonly createdMs: number
  }[]
  readonly budget: { readonly amountNanos: bigint; readonly posture: string } | null
  readonly habit: Habit
  /** On the profile for contractors. */
  readonly isRestricted: boolean
  readonly isNearCap: boolean
}

export type Mapping = GroupMapping & { readonly id: string }

export type Company = {
  readonly organisationId: string
  readonly startMs: number
  readonly units: readonly { readonly id: string; readonly name: string }[]
  readonly teams: readonly Team[]
  readonly people: readonly Person[]
  readonly mappings: readonly Mapping[]
  readonly projects: readonly Project[]
  readonly workloads: readonly Workload[]
  readonly keys: readonly Key[]
}

export type ProfileIds = { readonly Experiment: string; readonly Production: string; readonly Restricted: string }

export type Making = {
  readonly nowMs: number
  readonly startMs: number
  readonly profiles: ProfileIds
  readonly pepper: Pepper
  readonly random: Random
}

export function found<T>(list: readonly T[], is: (one: T) => boolean): T {
  const one = list.find(is)
  if (one === undefined) throw new Error('the demo organisation refers to something it does not have')
  return one
}

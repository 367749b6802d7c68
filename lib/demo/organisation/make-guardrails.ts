/** What the demo's scopes share beside the budgets of its tree: limits, budgets across it, and one team that narrows. */
import { found, type Company } from '#lib/demo/organisation/company.ts'
import type { ScopeLimits, ScopeType } from '#lib/limits/contract.ts'
import type { ScopePolicy } from '#lib/policy/contract.ts'

type OfScope = { readonly scopeType: ScopeType; readonly scopeId: string }

export type Guardrails = {
  readonly limits: readonly (OfScope & { readonly limits: ScopeLimits })[]
  readonly budgets: readonly (OfScope & { readonly amountUsd: string; readonly posture: string })[]
  readonly policies: readonly (OfScope & { readonly policy: ScopePolicy })[]
}

/** All with so much room that nothing of the demo's usage meets them. */
export function makeGuardrails({ organisationId, teams }: Company): Guardrails {
  const teamOf = (name: string) => found(teams, (team) => team.name === name).id
  const contractors = { scopeType: 'group', scopeId: 'contractors' } as const
  const payments = { scopeType: 'environment', scopeId: `${teamOf('Payments')}:production` } as const
  return {
    limits: [
      { scopeType: 'organisation', scopeId: organisationId, limits: { concurrency: 4_000 } },
      { ...contractors, limits: { rpm: 600, tpd: 20_000_000, concurrency: 40 } },
      {
        scopeType: 'team',
        scopeId: teamOf('Search'),
        limits: { models: { 'claude-opus-*': { itpm: 400_000, otpm: 80_000 } } },
      },
      { ...payments, limits: { rpm: 6_000 } },
    ],
    budgets: [
      { ...contractors, amountUsd: '400', posture: 'alert_then_enforce' },
      { ...payments, amountUsd: '1500', posture: 'soft' },
    ],
    policies: [
      {
        scopeType: 'team',
        scopeId: teamOf('Finance operations'),
        policy: {
          models: { allow: ['*'], deny: ['claude-opus-*'] },
          providers: null,
          regions: null,
          endpoints: null,
          cidr: null,
        },
      },
    ],
  }
}
